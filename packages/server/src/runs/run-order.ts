import type { RunOrder } from '@unclip-studio/protocol';
import type { PreparedRuns, WorkflowText } from '../engine/prepared-runs.js';
import type { ImagesTable } from '../store/images-table.js';

export interface OrderContext {
  readonly prepared: PreparedRuns;
  readonly images: Pick<ImagesTable, 'findByName'>;
}

/** Completes a workflow with what the worker cannot look up: which uploaded images its names refer to. */
export function createRunOrder(
  text: WorkflowText,
  targets: readonly string[],
  { prepared, images }: OrderContext,
): RunOrder {
  const { workflowJson, workflowSha256 } = text;
  const hashes: Record<string, string> = {};
  for (const name of prepared.imageNames(text, targets)) {
    const found = images.findByName(name);
    // An image may be called "__proto__" too; such a name must not reach the prototype.
    if (found !== undefined) Object.defineProperty(hashes, found.name, { value: found.sha256, enumerable: true });
  }
  return { workflowJson, workflowSha256, targets, pictures: hashes };
}
