import { toSafeFileName } from '../services/safe-file-name.js';

/** A file name as a browser sent it, made fit to be shown and to be named in a workflow. Never used as a path. */
export function toLabel(fileName: string): string {
  const last = fileName.split(/[/\\]/).at(-1) ?? '';
  return toSafeFileName(last);
}
