import { type ImageMarking, PARAMETERS_KEYWORD, withWebpExif, writeExif, xmpOf } from '@unclip-studio/graph-core';
import { OWN_KEYWORDS } from './image-text.js';
import type { SharpImage } from './sharp-library.js';

// Where ComfyUI writes its prompt and other data from a client into a WebP: `prompt:{...}`, one tag lower for each
// further text.
const PROMPT_TAG = 0x0110;

/**
 * Encodes a WebP with texts: our own as XMP, those of other programs as EXIF, where they look for them.
 *
 * @param marking in the same XMP
 * @see ComfyUI 0.3.64, comfy_extras/nodes_images.py, SaveAnimatedWEBP; A1111 82a973c, modules/images.py,
 * save_image_with_geninfo
 */
export async function webpWithTexts(
  image: SharpImage,
  text: Readonly<Record<string, string>>,
  marking?: ImageMarking,
): Promise<Uint8Array> {
  const isOwn = ([keyword]: readonly [string, string]) => keyword.startsWith(OWN_KEYWORDS);
  const entries = Object.entries(text);
  const webp = await image.withXmp(xmpOf(Object.fromEntries(entries.filter(isOwn)), marking)).toBuffer();
  const { [PARAMETERS_KEYWORD]: userComment, ...others } = Object.fromEntries(entries.filter((one) => !isOwn(one)));
  const tags = Object.entries(others).map(([keyword, value], i) => [PROMPT_TAG - i, `${keyword}:${value}`] as const);
  if (tags.length === 0 && userComment === undefined) return webp;
  return withWebpExif(webp, writeExif({ tags: new Map(tags), ...(userComment === undefined ? {} : { userComment }) }));
}
