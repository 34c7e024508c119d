import { readPngText } from './png-text.js';

/** The PNG text under which every picture carries the workflow that made it. */
export const WORKFLOW_KEYWORD = 'unclip-workflow';

/**
 * The workflow's text inside a PNG; `undefined` if the picture carries none.
 *
 * @throws PngError if the file is cut short or its texts are damaged
 */
export function readEmbeddedWorkflow(png: Uint8Array): string | undefined {
  return readPngText(png).get(WORKFLOW_KEYWORD);
}
