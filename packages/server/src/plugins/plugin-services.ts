import { mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import type { Feeds, InferenceService, Tensor } from '@unclip-studio/nodes-unclip';
import { replaceFile } from '../common/durable-write.js';
import { sha256 } from '../common/sha256.js';
import { MAX_PLUGIN_ANSWER_BYTES, MAX_PLUGIN_FETCH_MS, MAX_PLUGIN_FILE_BYTES } from '../limits.js';
import { fetchForUser } from '../net/fetch-for-user.js';
import type { PluginManifest } from './manifest.js';

/** The permissions that the operator has granted a plug-in, of those in its manifest. */
export interface Grants {
  readonly onnx: boolean;
  /** HOST or HOST:PORT. */
  readonly network: readonly string[];
  /** Name in the manifest -> an absolute folder. */
  readonly files: Readonly<Record<string, string>>;
}

export const NO_GRANTS: Grants = { onnx: false, network: [], files: {} };

// One list; a folder with more entries is not suitable as a working folder.
const MOST_NAMES = 10_000;

interface ServiceContext {
  readonly manifest: PluginManifest;
  /** Of the plug-in; absolute. */
  readonly folder: string;
  readonly grants: Grants;
  readonly isPure: boolean;
  readonly inference: Pick<InferenceService, 'run'>;
}

/**
 * Does what the code of a plug-in asks for, if its manifest names it and the operator has granted it. What comes from the
 * plug-in is checked as what comes from a stranger.
 *
 * @returns throws Error, whose words go to the plug-in
 */
export function createPluginServices(context: ServiceContext) {
  return async (service: string, value: unknown): Promise<unknown> => {
    const asked = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
    switch (service) {
      case 'onnx.run':
        return runOnnx(asked, context);
      case 'files.list':
        return listFiles(await grantedPath(asked, context, 'read'));
      case 'files.read':
        return readBounded(await grantedPath(asked, context, 'read'));
      case 'files.write':
        return writeFile(await grantedPath(asked, context, 'read-write'), asked['bytes']);
      case 'fetch':
        return fetchGranted(asked, context);
      default:
        throw new Error('there is no such service');
    }
  };
}

async function runOnnx(
  { file, feeds }: Readonly<Record<string, unknown>>,
  { manifest, folder, grants, inference }: ServiceContext,
) {
  if (typeof file !== 'string' || !manifest.needs.onnx.includes(file)) {
    throw new Error('the manifest does not name this .onnx file under needs.onnx');
  }
  if (!grants.onnx) throw notGranted(manifest, 'onnx');
  const bytes = await readBounded(await pathInside(folder, file));
  // External data would be read from any place of this machine.
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('location')) {
    throw new Error(
      `${file}: models of plug-ins hold all their weights themselves, without external data ("location")`,
    );
  }
  const model = {
    key: `plugin ${manifest.name}/${file} ${sha256(bytes)}`,
    build: () => ({ bytes, weightsFolder: null, weightBytes: bytes.length, runsOnEnd: false }),
  };
  return inference.run(model, readFeeds(feeds));
}

function readFeeds(feeds: unknown): Feeds {
  if (typeof feeds !== 'object' || feeds === null)
    throw new Error('expected feeds: a tensor for each input of the model');
  return Object.fromEntries(
    Object.entries(feeds).map(([name, one]: [string, Partial<Tensor> | null]) => {
      const { dtype, dims, data } = one ?? {};
      const isShape = Array.isArray(dims) && dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
      const isData = dtype === 'float32' ? data instanceof Float32Array : (data as unknown) instanceof BigInt64Array;
      const size = isShape ? dims.reduce((product, dim) => product * dim, 1) : Number.NaN;
      if (!isData || data?.length !== size) throw new Error(`feed "${name}": expected a float32 or int64 tensor`);
      return [name, { dtype: dtype === 'float32' ? dtype : 'int64', dims, data }];
    }),
  ) as Feeds;
}

/** @throws Error unless the path is inside of a folder that was granted, links followed */
async function grantedPath(
  { folder: name, path = '.' }: Readonly<Record<string, unknown>>,
  { manifest, grants, isPure }: ServiceContext,
  mode: 'read' | 'read-write',
): Promise<string> {
  if (isPure) throw notForPure('files');
  const declared =
    typeof name === 'string' && Object.hasOwn(manifest.needs.files, name) ? manifest.needs.files[name] : undefined;
  if (declared === undefined || (mode === 'read-write' && declared === 'read')) {
    throw new Error('the manifest does not name this folder under needs.files, or not for writing');
  }
  const folder = Object.hasOwn(grants.files, String(name)) ? grants.files[String(name)] : undefined;
  if (folder === undefined) throw notGranted(manifest, `files:${name}=FOLDER`);
  return pathInside(folder, String(path));
}

/** For a file that does not exist yet, its folder is checked. */
async function pathInside(folder: string, path: string): Promise<string> {
  const root = await realpath(folder);
  const wanted = resolve(root, path);
  const refused = new Error('the path leads out of the folder');
  if (path.includes('\0') || !isIn(root, wanted)) throw refused;
  const real = await realpath(wanted).catch(() => undefined);
  if (real !== undefined && !isIn(root, real)) throw refused;
  if (real !== undefined) return real;
  for (let above = dirname(wanted); isIn(root, above); above = dirname(above)) {
    const realAbove = await realpath(above).catch(() => undefined);
    if (realAbove !== undefined && !isIn(root, realAbove)) throw refused;
    if (realAbove !== undefined) break;
  }
  return wanted;
}

function isIn(root: string, path: string): boolean {
  return path === root || path.startsWith(root + sep);
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new Error('the folder cannot be read');
  });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()
    .slice(0, MOST_NAMES);
}

async function readBounded(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Error('there is no such file');
  if (found.size > MAX_PLUGIN_FILE_BYTES)
    throw new Error(`the file has more than ${MAX_PLUGIN_FILE_BYTES / 2 ** 20} MiB`);
  return new Uint8Array(await readFile(path));
}

async function writeFile(path: string, content: unknown): Promise<undefined> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (!(bytes instanceof Uint8Array) || bytes.length > MAX_PLUGIN_FILE_BYTES)
    throw new Error('expected bytes, or a text');
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, { parts: [bytes], mode: 0o600 });
  return undefined;
}

async function fetchGranted(
  { url, method, headers, body }: Readonly<Record<string, unknown>>,
  { manifest, grants, isPure }: ServiceContext,
) {
  if (isPure) throw notForPure('the network');
  const address = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined) throw new Error('expected an address with http:// or https://');
  const isMeant = (list: readonly string[]) => list.includes(address.host) || list.includes(address.hostname);
  if (!isMeant(manifest.needs.network))
    throw new Error(`the manifest does not name ${address.host} under needs.network`);
  if (!isMeant(grants.network)) throw notGranted(manifest, `network:${address.host}`);
  const answer = await fetchForUser(address, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: readHeaders(headers),
    ...(typeof body === 'string' || body instanceof Uint8Array ? { body } : {}),
    // The operator named the host, so it may be of this network. Nothing that it redirects to is.
    allowedHosts: grants.network,
    mayRedirect: false,
    ...{ maxBytes: MAX_PLUGIN_ANSWER_BYTES, totalTimeoutMs: MAX_PLUGIN_FETCH_MS },
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { status: answer.status, body: bytes, text: new TextDecoder().decode(bytes) };
}

function readHeaders(headers: unknown): Readonly<Record<string, string>> {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : [];
  for (const [name, value] of entries) {
    const isPlain =
      /^[A-Za-z0-9-]{1,60}$/.test(name) && typeof value === 'string' && /^[\x20-\x7e]{0,2000}$/.test(value);
    // Only the address decides which host is contacted.
    if (!isPlain || /^(?:host|connection|transfer-encoding|content-length|upgrade)$/i.test(name)) {
      throw new Error(`the header ${JSON.stringify(name).slice(0, 80)} cannot be sent`);
    }
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function notGranted({ name }: PluginManifest, grant: string): Error {
  return new Error(`this was not granted; an operator can: unclip plugins grant ${name} ${grant}`);
}

function notForPure(what: string): Error {
  return new Error(`a pure node may not use ${what}: its result would depend on more than its inputs`);
}
