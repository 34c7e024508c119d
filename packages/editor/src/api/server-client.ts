import type { Workflow } from '@unclip-studio/graph-core';

// The page asks its server as any other program does.
export {
  ApiError,
  createServerClient,
  dataOf,
  fileRequest,
  isWorthRetrying,
  refusalOf,
  type ServerClient,
} from '@unclip-studio/client';

/** The server hands out only workflows that it has read itself, so their form is known. */
export function toWorkflow(file: object): Workflow {
  return file as Workflow;
}
