import type { EditorSession } from '../session/session.js';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  zip: 'application/zip',
};

/** A file from an address, named and typed by the end of its path. @throws ApiError, TypeError if it is no address */
export async function fetchFile({ api }: Pick<EditorSession, 'api'>, address: string): Promise<File> {
  const url = rawAddress(new URL(address));
  const blob = await api.library.fetchFile(url.href);
  const name = decodeURIComponent(url.pathname.split('/').pop() ?? '') || 'workflow.json';
  const type = MEDIA_TYPES[name.replace(/^.*\./s, '').toLowerCase()] ?? MEDIA_TYPES['json'] ?? '';
  return new File([blob], name, { type });
}

/** The file itself, where the address is that of a page about it: people copy what their browser shows. */
export function rawAddress(url: URL): URL {
  const github = /^\/([^/]+\/[^/]+)\/blob\/(.+)$/.exec(url.pathname);
  if (url.hostname === 'github.com' && github !== null) {
    return new URL(`https://raw.githubusercontent.com/${github[1]}/${github[2]}`);
  }
  const hub = /^\/(.+)\/blob\/(.+)$/.exec(url.pathname);
  if (url.hostname === 'huggingface.co' && hub !== null) {
    return new URL(`https://huggingface.co/${hub[1]}/resolve/${hub[2]}`);
  }
  return url;
}
