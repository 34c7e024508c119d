import { withReason } from '@unclip-studio/graph-core';
import { HubError } from './hub-error.js';

/** Where one try of a pull goes. */
export type PullSource =
  /** A repository of the hub in HF_ENDPOINT, or of another one. */
  | {
      readonly kind: 'repository';
      readonly repo: string;
      readonly endpoint?: string;
      readonly revision?: string;
      readonly file?: string;
    }
  /** One file anywhere. */
  | { readonly kind: 'file'; readonly url: URL; readonly fileName: string };

// Published models that moved: the first owner has them today. Stability AI removed those of version 2 in November
// 2025, Runway those of 1.5 in August 2024.
const MOVED = [
  {
    owners: ['sd2-community', 'stabilityai'],
    names: [
      'stable-diffusion-2-1-unclip',
      'stable-diffusion-2-1-unclip-small',
      'stable-diffusion-2-1',
      'stable-diffusion-2-1-base',
      'stable-diffusion-2',
      'stable-diffusion-2-base',
      'stable-diffusion-2-depth',
      'stable-diffusion-2-inpainting',
    ],
  },
  { owners: ['stable-diffusion-v1-5', 'runwayml'], names: ['stable-diffusion-v1-5', 'stable-diffusion-inpainting'] },
] as const;

/**
 * The sources of a model, in the order to try: the named repository, and its known mirrors.
 *
 * @param model OWNER/NAME, or only the name of a known model
 */
export function sourcesOf(model: string): readonly PullSource[] {
  const name = model.slice(model.indexOf('/') + 1);
  const moved = MOVED.find(({ names }) => (names as readonly string[]).includes(name));
  const known = (moved?.owners ?? []).map((owner) => `${owner}/${name}`);
  const isKnown = !model.includes('/') || known.includes(model);
  const repos = model.includes('/') ? [model, ...(isKnown ? known : [])] : known;
  return [...new Set(repos)].map((repo) => ({ kind: 'repository', repo }));
}

/**
 * What `--from` names: OWNER/NAME, the page of a repository or of a file in it, or a file of weights anywhere.
 *
 * @throws HubError
 */
export function readSource(from: string): PullSource {
  if (!/^[a-z][a-z\d+.-]*:/i.test(from)) return { kind: 'repository', repo: from };
  const url = URL.canParse(from) ? new URL(from) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw withReason(new HubError(`--from ${from}: expected OWNER/NAME, or an address with http:// or https://.`), {
      code: 'hub',
      fault: 'address',
      at: from,
    });
  }
  const parts = decodedParts(url);
  const [owner = '', name = '', kind, revision, ...file] = parts;
  const repository = { kind: 'repository', repo: `${owner}/${name}`, endpoint: url.origin } as const;
  if (revision !== undefined && file.length > 0 && (kind === 'resolve' || kind === 'blob')) {
    return { ...repository, revision, file: file.join('/') };
  }
  if (revision !== undefined && file.length === 0 && kind === 'tree') return { ...repository, revision };
  const fileName = parts.at(-1) ?? '';
  if (/^[\w .()+-]+\.(?:safetensors|ckpt|pt|pth|bin)$/i.test(fileName)) return { kind: 'file', url, fileName };
  if (parts.length === 2) return repository;
  throw withReason(
    new HubError(
      `--from ${from}: expected the page of a repository (https://huggingface.co/OWNER/NAME) or the address of a ` +
        '.safetensors, .ckpt, .pt, .pth or .bin file. Download other kinds of files yourself, and put them into models/.',
    ),
    { code: 'hub', fault: 'address', at: from },
  );
}

/** @throws HubError if an escape in the address is broken */
function decodedParts({ pathname, href }: URL): readonly string[] {
  try {
    return pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch (error) {
    throw new HubError(`--from ${href}: expected "%" to begin an escape like "%20".`, { cause: error });
  }
}

/** As messages name it. */
export function showSource(source: PullSource): string {
  if (source.kind === 'file') return source.url.href;
  return source.endpoint === undefined ? source.repo : `${source.endpoint}/${source.repo}`;
}
