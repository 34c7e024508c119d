import { COMFY_KEYWORDS, comfyTextOf, comfyTextOfExif, findWebpChunk } from '@unclip-studio/graph-core';
import { readWorkflowText } from './png-workflow.js';

/** The workflow that ComfyUI wrote into a PNG or WebP; `undefined` if the picture carries none, or is damaged. */
export async function readComfyPicture(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string | undefined> {
  if (type === 'image/webp') {
    const exif = findWebpChunk(bytes, 'EXIF');
    return exif && comfyTextOfExif(new TextDecoder().decode(exif));
  }
  const texts = new Map<string, string>();
  for (const keyword of COMFY_KEYWORDS) {
    // A damaged one does not hide the other.
    const text = await readWorkflowText(bytes, keyword).catch(() => undefined);
    if (text !== undefined) texts.set(keyword, text);
  }
  return comfyTextOf(texts);
}
