import { readPictureText } from './picture-text.js';

/** Begins the keywords of this program's texts; others are for other programs. */
export const OWN_KEYWORDS = 'unclip-';
/** The text under which every picture carries the workflow that made it. */
export const WORKFLOW_KEYWORD = 'unclip-workflow';

/**
 * The workflow's text inside a PNG or WebP; `undefined` if the picture carries none.
 *
 * @throws PngError or WebpError if the file is cut short or its texts are damaged
 */
export function readEmbeddedWorkflow(picture: Uint8Array): string | undefined {
  return readPictureText(picture, [WORKFLOW_KEYWORD]).get(WORKFLOW_KEYWORD);
}
