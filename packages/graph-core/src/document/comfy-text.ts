import { parseForeignJson } from './foreign-json.js';

/** Both are texts of their own in a PNG; in a WebP they are EXIF strings which begin with their names. */
export const COMFY_KEYWORDS = ['workflow', 'prompt'] as const;

/**
 * The ComfyUI workflow among the texts of a PNG: the page as it was saved, else what went to the server. If neither can be
 * read, the first that is no plain text, so that its mistake can be told.
 */
export function comfyTextOf(texts: ReadonlyMap<string, string>): string | undefined {
  return bestOf(COMFY_KEYWORDS.map((keyword) => texts.get(keyword)));
}

function bestOf(texts: readonly (string | undefined)[]): string | undefined {
  const found = texts.filter((text) => text !== undefined);
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

/** Whether a text is a workflow of ComfyUI: a page with a list of nodes, or nodes with a `class_type`. */
export function looksLikeComfyUi(text: string): boolean {
  let json: unknown;
  try {
    json = parseForeignJson(text);
  } catch {
    return false;
  }
  if (typeof json !== 'object' || json === null || 'format' in json) return false;
  if ('nodes' in json) return Array.isArray(json.nodes);
  return Object.values(json).some((node: unknown) => typeof node === 'object' && node !== null && 'class_type' in node);
}
