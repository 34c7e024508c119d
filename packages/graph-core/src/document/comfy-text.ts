import { decodeUtf8Loosely } from '../bytes.js';
import { findJpegExif, readExif } from './exif-text.js';
import { parseForeignJson } from './foreign-json.js';
import { findWebpChunk } from './webp-text.js';

/** In a PNG each is a separate text chunk; in a WebP they are EXIF strings with their name as prefix. */
const COMFY_KEYWORDS = ['workflow', 'prompt'] as const;

/** The text under which A1111 and its relatives describe an image: prompt, negative prompt and settings. */
export const PARAMETERS_KEYWORD = 'parameters';

/** Whether a text is A1111's: its last line names the steps and the sampler among others. */
export function looksLikeParameters(text: string): boolean {
  const [last = ''] = text.trim().split('\n').slice(-1);
  return /(?:^|, )Steps: \d+/.test(last) && /(?:^|, )(?:Sampler|CFG scale|Seed): /.test(last);
}

/** A1111's text of an image, if it is one. */
function parametersOf(text: string | undefined): string | undefined {
  return text !== undefined && looksLikeParameters(text) ? text : undefined;
}

/**
 * The ComfyUI workflow in the texts of a PNG: the saved page and the prompt sent to the server, in one object if both
 * exist. If neither can be read, the first that is not plain text, so that its error can be reported.
 */
export function comfyTextOf(texts: ReadonlyMap<string, string>): string | undefined {
  return bestOf(COMFY_KEYWORDS.map((keyword) => texts.get(keyword)));
}

function bestOf(texts: readonly (string | undefined)[]): string | undefined {
  const found = texts.filter((text) => text !== undefined);
  const [workflow, prompt] = texts;
  if (workflow !== undefined && prompt !== undefined && found.every(looksLikeComfyUi)) {
    return `{"workflow": ${workflow}, "prompt": ${prompt}}`;
  }
  return found.find(looksLikeComfyUi) ?? found.find((text) => text.trimStart().startsWith('{'));
}

/** The same from the EXIF chunk of a WebP, read as UTF-8. */
export function comfyTextOfExif(exif: string): string | undefined {
  return bestOf(
    COMFY_KEYWORDS.map((keyword) => {
      const start = exif.indexOf(`${keyword}:{`);
      if (start < 0) return undefined;
      const end = exif.indexOf('\0', start);
      return exif.slice(start + keyword.length + 1, end < 0 ? exif.length : end);
    }),
  );
}

/** The names of all texts by which other programs say how they made a PNG. */
export const FOREIGN_KEYWORDS = [...COMFY_KEYWORDS, PARAMETERS_KEYWORD] as const;

/** The ComfyUI workflow among the texts of a PNG, or else the settings that A1111 wrote. */
export function foreignTextOf(texts: ReadonlyMap<string, string>): string | undefined {
  return comfyTextOf(texts) ?? parametersOf(texts.get(PARAMETERS_KEYWORD));
}

/**
 * The same from the EXIF block of a WebP or a JPEG.
 *
 * @throws WebpError if a WebP is cut short
 */
export function foreignTextOfExif(image: Uint8Array, format: 'webp' | 'jpeg'): string | undefined {
  const exif = format === 'webp' ? findWebpChunk(image, 'EXIF') : findJpegExif(image);
  return exif && (comfyTextOfExif(decodeUtf8Loosely(exif)) ?? parametersOf(readExif(exif).userComment));
}

/** Whether a text is a workflow of ComfyUI: a page with a list of nodes, or nodes with a `class_type`. */
export function looksLikeComfyUi(text: string): boolean {
  let json: unknown;
  try {
    json = parseForeignJson(text);
  } catch {
    return false;
  }
  if (typeof json !== 'object' || json === null || 'format' in json) return false;
  if (holdsComfyUi(json)) return true;
  if ('nodes' in json) return Array.isArray(json.nodes);
  return hasClasses(json);
}

/** One of them or both in an object, as of an image, or as the body of a request that queues them. */
function holdsComfyUi(json: object): boolean {
  const { prompt, workflow } = json as { readonly prompt?: unknown; readonly workflow?: unknown };
  if (typeof prompt === 'object' && prompt !== null && hasClasses(prompt)) return true;
  return typeof workflow === 'object' && workflow !== null && 'nodes' in workflow && Array.isArray(workflow.nodes);
}

function hasClasses(json: object): boolean {
  return Object.values(json).some((node: unknown) => typeof node === 'object' && node !== null && 'class_type' in node);
}
