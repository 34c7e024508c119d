import { decodeUtf8Loosely } from '../bytes.js';

/** A WebP whose structure is wrong: cut short, damaged, or a WebP in name only. */
export class WebpError extends Error {
  override readonly name = 'WebpError';
}

const NAMESPACE = 'urn:unclip-studio:picture';
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** How an image came to be, in the words of IPTC. */
export interface ImageMarking {
  /** Made by a model, or composed of an image that was given and of what a model made. */
  readonly digitalSourceType: 'trainedAlgorithmicMedia' | 'compositeWithTrainedAlgorithmicMedia';
  /** The program, with its version. */
  readonly tool: string;
  /** Names of the models. */
  readonly models: readonly string[];
}

/** Where a PNG carries its XMP packet. @see XMP specification, part 3, 1.1.5 */
export const XMP_KEYWORD = 'XML:com.adobe.xmp';

/**
 * Texts as an XMP packet, which is how a WebP carries them: an element in a namespace of our own for each keyword.
 *
 * @param text by keyword: letters, digits and hyphens
 * @param marking what other programs read of how the image came to be
 * @see XMP specification, part 1 (ISO 16684-1), 7
 */
export function xmpOf(text: Readonly<Record<string, string>>, marking?: ImageMarking): string {
  const elements = Object.entries(text).map(([keyword, value]) => element(`unclip:${keyword}`, value));
  const own =
    elements.length === 0 && marking !== undefined
      ? ''
      : `<rdf:Description rdf:about="" xmlns:unclip="${NAMESPACE}">${elements.join('')}</rdf:Description>`;
  return (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    `${own}${marking === undefined ? '' : markingDescription(marking)}</rdf:RDF></x:xmpmeta>`
  );
}

/** @see IPTC Photo Metadata Standard 2025.1, Digital Source Type and AI System Used */
function markingDescription({ digitalSourceType, tool, models }: ImageMarking): string {
  const elements = [
    element('xmp:CreatorTool', tool),
    element('Iptc4xmpExt:DigitalSourceType', `http://cv.iptc.org/newscodes/digitalsourcetype/${digitalSourceType}`),
    ...(models.length === 0 ? [] : [element('Iptc4xmpExt:AISystemUsed', models.join(', '))]),
  ];
  return (
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ' +
    `xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">${elements.join('')}</rdf:Description>`
  );
}

/** The marking of an XMP packet, which other programs may have written; `undefined` if it has none. */
export function markingIn(packet: string): ImageMarking | undefined {
  const [, type] = /digitalsourcetype\/((?:compositeWithT|t)rainedAlgorithmicMedia)\b/.exec(packet) ?? [];
  if (type !== 'trainedAlgorithmicMedia' && type !== 'compositeWithTrainedAlgorithmicMedia') return undefined;
  const textOf = (name: string) => unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(packet)?.[1] ?? '');
  const models = textOf('Iptc4xmpExt:AISystemUsed');
  return {
    digitalSourceType: type,
    tool: textOf('xmp:CreatorTool'),
    models: models === '' ? [] : models.split(', '),
  };
}

function element(name: string, value: string): string {
  return `<${name}>${value.replace(/[&<>\r]/g, (letter) => ENTITIES[letter] ?? '')}</${name}>`;
}

/**
 * The texts of a WebP's XMP packet by keyword; of two with one keyword the first counts. Packets of others hold none.
 *
 * @throws WebpError as {@link findWebpChunk} does
 */
export function textsOfWebp(webp: Uint8Array): ReadonlyMap<string, string> {
  const packet = decodeUtf8Loosely(findWebpChunk(webp, 'XMP ') ?? new Uint8Array());
  const texts = new Map<string, string>();
  if (!packet.includes(`xmlns:unclip="${NAMESPACE}"`)) return texts;
  for (const [, keyword = '', value = ''] of packet.matchAll(/<unclip:([\w-]+)>([^<]*)<\/unclip:\1>/g)) {
    if (!texts.has(keyword)) texts.set(keyword, unescapeXml(value));
  }
  return texts;
}

/**
 * A chunk of a WebP, such as `XMP ` (in UTF-8), `EXIF` or `C2PA`; `undefined` if it has none.
 *
 * @throws WebpError if the file is cut short, or is not a WebP
 * @see RFC 9649, 2.7 (chunks in RIFF, little-endian, padded to an even size)
 */
export function findWebpChunk(webp: Uint8Array, wanted: 'XMP ' | 'EXIF' | 'C2PA'): Uint8Array | undefined {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  const name = (at: number) => String.fromCharCode(...webp.subarray(at, at + 4));
  if (webp.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WEBP') {
    throw new WebpError('the file does not begin as a WebP does');
  }
  const end = 8 + view.getUint32(4, true);
  if (end > webp.length) throw new WebpError(`it needs ${end} bytes, and the file ends before them`);
  for (let start = 12; start + 8 <= end; ) {
    const length = view.getUint32(start + 4, true);
    const dataEnd = start + 8 + length;
    if (dataEnd > end) throw new WebpError(`its ${name(start).trim()} chunk reaches past the end of the file`);
    if (name(start) === wanted) return webp.subarray(start + 8, dataEnd);
    start = dataEnd + (length % 2);
  }
  return undefined;
}

/**
 * The WebP with an EXIF block, which it must not have yet. It must have the extended format, like one with XMP.
 *
 * @see RFC 9649, 2.7.1 (flags of VP8X), 2.7.1.5 (EXIF comes before XMP)
 */
export function withWebpExif(webp: Uint8Array, exif: Uint8Array): Uint8Array {
  const name = (at: number) => String.fromCharCode(...webp.subarray(at, at + 4));
  if (name(12) !== 'VP8X') throw new WebpError('it is not of the extended form');
  const xmp = findWebpChunk(webp, 'XMP ');
  const at = xmp === undefined ? webp.length : xmp.byteOffset - webp.byteOffset - 8;
  const padded = exif.length + (exif.length % 2);
  const made = new Uint8Array(webp.length + 8 + padded);
  const view = new DataView(made.buffer);
  made.set(webp.subarray(0, at));
  made.set([0x45, 0x58, 0x49, 0x46], at);
  view.setUint32(at + 4, exif.length, true);
  made.set(exif, at + 8);
  made.set(webp.subarray(at), at + 8 + padded);
  view.setUint32(4, made.length - 8, true);
  made[20] = (made[20] ?? 0) | EXIF_FLAG;
  return made;
}

const EXIF_FLAG = 0x08;

function unescapeXml(value: string): string {
  return value.replace(
    /&(?:amp|lt|gt|#13);/g,
    (entity) => Object.keys(ENTITIES).find((letter) => ENTITIES[letter] === entity) ?? entity,
  );
}
