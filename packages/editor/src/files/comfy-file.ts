import {
  COMFY_KEYWORDS,
  comfyTextOf,
  comfyTextOfExif,
  findJpegExif,
  findWebpChunk,
  PARAMETERS_KEYWORD,
  parametersOf,
  readExif,
} from '@unclip-studio/graph-core';
import { readWorkflowText } from './png-workflow.js';

/** The workflow that ComfyUI wrote into a PNG or WebP, or A1111's settings in these or a JPEG; `undefined` if the picture carries none, or is damaged. */
export async function readComfyPicture(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string | undefined> {
  if (type !== 'image/png') {
    const exif = type === 'image/webp' ? findWebpChunk(bytes, 'EXIF') : findJpegExif(bytes);
    return exif && (comfyTextOfExif(new TextDecoder().decode(exif)) ?? parametersOf(readExif(exif).userComment));
  }
  const texts = new Map<string, string>();
  for (const keyword of [...COMFY_KEYWORDS, PARAMETERS_KEYWORD]) {
    // A damaged one does not hide the other.
    const text = await readWorkflowText(bytes, keyword).catch(() => undefined);
    if (text !== undefined) texts.set(keyword, text);
  }
  return comfyTextOf(texts) ?? parametersOf(texts.get(PARAMETERS_KEYWORD));
}
