import { compareVersions } from '@unclip-studio/graph-core';
import type { HubClient } from './hub-client.js';
import { HubError } from './hub-error.js';
import type { HubFile } from './list-files.js';

/** A wheel as an index of Python packages lists it. */
export interface Wheel extends HubFile {
  readonly version: string;
  readonly url: string;
}

const PYPI = 'https://pypi.org/simple';

/** The index that pip would ask: `PIP_INDEX_URL`, or PyPI. */
export function pythonIndexOf(env: Readonly<NodeJS.ProcessEnv>): string {
  return (env['PIP_INDEX_URL'] || PYPI).replace(/\/+$/, '');
}

/**
 * The newest wheel for Linux on x64 that a requirement allows.
 *
 * @param requirement such as `nvidia-cublas==13.*` or `onnxruntime-gpu==1.30.0`
 * @throws HubError if there is none, or the index lists no checksum of it
 * @see https://packaging.python.org/en/latest/specifications/simple-repository-api/
 */
export async function findWheel(client: HubClient, index: string, requirement: string): Promise<Wheel> {
  const [, name = '', wanted = ''] = /^([\w-]+)==([\d.]+)(?:\*)?$/.exec(requirement) ?? [];
  const page = new URL(`${index}/${name}/`);
  const response = await client.get(page.href, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.1' },
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const files = isJson ? readJsonPage(text, page) : readHtmlPage(text, page);
  const prefix = `${name.replaceAll('-', '_')}-`;
  const fitting = files.flatMap((file) => {
    const isForHere = file.path.startsWith(prefix) && /(?:linux|manylinux[\w.]*)_x86_64\.whl$/.test(file.path);
    const version = file.path.slice(prefix.length).split('-')[0] ?? '';
    const fits = wanted.endsWith('.') ? version.startsWith(wanted) : version === wanted;
    return isForHere && fits && /^\d+(?:\.\d+)*$/.test(version) ? [{ ...file, version }] : [];
  });
  const newest = fitting.sort((a, b) => compareVersions(b.version, a.version))[0];
  if (newest === undefined) throw new HubError(`${page.href} lists no wheel for ${requirement} on Linux with x64.`);
  if (newest.digest === null)
    throw new HubError(`${page.href} lists no checksum of ${newest.path}; it is not installed.`);
  return newest;
}

type Listed = Omit<Wheel, 'version'>;

function readJsonPage(text: string, page: URL): readonly Listed[] {
  let files: unknown;
  try {
    files = (JSON.parse(text) as { readonly files?: unknown } | null)?.files;
  } catch {
    // Refused below.
  }
  if (!Array.isArray(files)) throw new HubError(`${page.href} does not answer as an index of Python packages does.`);
  return files.flatMap((file: unknown): readonly Listed[] => {
    const { filename, url, hashes, size } = (file ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof filename !== 'string' || typeof url !== 'string' || !URL.canParse(url, page.href)) return [];
    const hex = (hashes as { readonly sha256?: unknown } | null | undefined)?.sha256;
    return [toListed(filename, { url: new URL(url, page), hex, size })];
  });
}

/** The older form of the same page: links, with the checksum behind `#`. */
function readHtmlPage(text: string, page: URL): readonly Listed[] {
  const links = text.matchAll(/<a\s[^>]*?href="([^"]+)"[^>]*>\s*([^<\s]+)\s*<\/a>/gi);
  return [...links].flatMap(([, href = '', name = '']) => {
    const address = href.replaceAll('&amp;', '&');
    if (!URL.canParse(address, page.href)) return [];
    const url = new URL(address, page);
    const hex = /^#sha256=(\w+)$/.exec(url.hash)?.[1];
    url.hash = '';
    return [toListed(name, { url, hex, size: undefined })];
  });
}

function toListed(
  path: string,
  { url, hex, size }: { readonly url: URL; readonly hex: unknown; readonly size: unknown },
): Listed {
  const isDigest = typeof hex === 'string' && /^[0-9a-f]{64}$/.test(hex);
  return {
    ...{ path, url: url.href, source: 'index' },
    sizeBytes: typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? size : Number.NaN,
    digest: isDigest ? { kind: 'sha256', hex } : null,
  };
}
