import { FOREIGN_KEYWORDS, foreignTextOf, foreignTextOfExif } from '@unclip-studio/graph-core';
import { readWorkflowText } from './png-workflow.js';

/** The workflow that ComfyUI wrote into a PNG or WebP, or A1111's settings in these or a JPEG; `undefined` if the picture carries none, or is damaged. */
export async function readComfyPicture(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string | undefined> {
  if (type !== 'image/png') {
    const format = type === 'image/webp' ? 'webp' : 'jpeg';
    return foreignTextOfExif(bytes, format, (utf8) => new TextDecoder().decode(utf8));
  }
  const texts = new Map<string, string>();
  for (const keyword of FOREIGN_KEYWORDS) {
    // A damaged one does not hide the other.
    const text = await readWorkflowText(bytes, keyword).catch(() => undefined);
    if (text !== undefined) texts.set(keyword, text);
  }
  return foreignTextOf(texts);
}
