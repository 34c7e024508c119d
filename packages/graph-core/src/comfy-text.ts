import { parseForeignJson } from './foreign-json.js';

// Both are texts of their own in a PNG; in a WebP they are EXIF strings which begin with their names.
const KEYWORDS = ['workflow', 'prompt'] as const;

/** The ComfyUI workflow among the texts of a PNG: the page as it was saved, else what went to the server. */
export function comfyTextOf(texts: ReadonlyMap<string, string>): string | undefined {
  for (const keyword of KEYWORDS) {
    const text = texts.get(keyword);
    if (text?.trimStart().startsWith('{')) return text;
  }
  return undefined;
}

/** The same from the EXIF chunk of a WebP, read as UTF-8. */
export function comfyTextOfExif(exif: string): string | undefined {
  for (const keyword of KEYWORDS) {
    const start = exif.indexOf(`${keyword}:{`);
    if (start < 0) continue;
    const end = exif.indexOf('\0', start);
    return exif.slice(start + keyword.length + 1, end < 0 ? exif.length : end);
  }
  return undefined;
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
