import { MAX_USER_FILES, MAX_USER_FILES_BYTES, MAX_USER_PATH_CHARACTERS } from '../limits.js';
import { ComfyRequestError } from '../request-error.js';
import { type ComfyRoutes, oneText } from './comfy-routes.js';
import type { HostUserFiles, UserFile } from './host.js';

/** `/userdata`: the files of ComfyUI's page, such as its saved workflows. */
export function addUserFileRoutes({ get, post, delete: remove }: ComfyRoutes, files: HostUserFiles): void {
  get('/userdata', ({ query }) => {
    const folder = readPath(oneText(query, 'dir') ?? '');
    const below = files.list().filter(({ path }) => path.startsWith(`${folder}/`));
    if (below.length === 0) throw new ComfyRequestError('not-found', 'Folder not found.');
    const isDeep = isTrue(query, 'recurse');
    const found = below
      .map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }))
      .filter(({ path }) => isDeep || !path.includes('/'));
    if (isTrue(query, 'full_info')) return found.map(fullInfo);
    const isSplit = isTrue(query, 'split');
    return found.map(({ path }) => (isSplit ? [path, ...path.split('/')] : path));
  });
  get('/v2/userdata', ({ query }) => {
    const asked = oneText(query, 'path') ?? '';
    const folder = asked === '' ? '' : `${readPath(asked)}/`;
    const below = files.list().filter(({ path }) => path.startsWith(folder));
    if (below.length === 0 && folder !== '') throw new ComfyRequestError('not-found', 'Folder not found.');
    return [...foldersOf(below, folder), ...below.map(entryOf)];
  });
  get('/userdata/:file', (request, response) => {
    const path = readPath(String(request.params['file']));
    const bytes = files.read(path);
    if (bytes === undefined) throw notThere(path);
    // Whatever was stored, a browser must not treat it as a page of this server.
    response.set({ 'cache-control': 'no-cache', 'content-disposition': path === USER_CSS ? 'inline' : 'attachment' });
    response.type(typeOf(path)).send(Buffer.from(bytes));
  });
  post('/userdata/:file', ({ params, query, body }, response) => {
    const path = readPath(String(params['file']));
    if (files.find(path) !== undefined && oneText(query, 'overwrite') === 'false') {
      response.status(409);
      return { error: 'File already exists' };
    }
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    requireRoom(files, path, bytes.byteLength);
    const file = files.write(path, bytes);
    return isTrue(query, 'full_info') ? fullInfo(file) : file.path;
  });
  post('/userdata/:file/move/:to', ({ params, query }, response) => {
    const from = readPath(String(params['file']));
    const to = readPath(String(params['to']));
    if (files.find(from) === undefined) throw notThere(from);
    if (from !== to && files.find(to) !== undefined && oneText(query, 'overwrite') === 'false') {
      response.status(409);
      return { error: 'File already exists' };
    }
    const file = files.move(from, to);
    if (file === undefined) throw notThere(from);
    return isTrue(query, 'full_info') ? fullInfo(file) : file.path;
  });
  remove('/userdata/:file', ({ params }, response) => {
    const path = readPath(String(params['file']));
    if (!files.delete(path)) throw notThere(path);
    response.status(204);
  });
}

const USER_CSS = 'user.css';

/**
 * A path below the user's folder, in the one form that it is stored in. Nothing here is a path on the disk; one that tries to
 * leave the folder is refused all the same, so that no client believes that it did.
 *
 * @throws ComfyRequestError
 */
function readPath(text: string): string {
  const parts = text.split('/');
  const isOdd = (part: string) => part === '' || part === '.' || part === '..';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are rejected here
  if (text.length > MAX_USER_PATH_CHARACTERS || parts.some(isOdd) || /[\\\u0000-\u001f\u007f]/.test(text)) {
    throw new ComfyRequestError(
      'bad-request',
      `Expected a path below the user's folder, such as workflows/mine.json, of at most ${MAX_USER_PATH_CHARACTERS} characters.`,
    );
  }
  return text;
}

/** @throws ComfyRequestError if there are too many files, or they are too large together */
export function requireRoom(files: HostUserFiles, path: string, bytes: number): void {
  const others = files.list().filter((file) => file.path !== path);
  const total = others.reduce((sum, { sizeBytes }) => sum + sizeBytes, bytes);
  if (others.length < MAX_USER_FILES && total <= MAX_USER_FILES_BYTES) return;
  throw new ComfyRequestError(
    'too-large',
    `The files of ComfyUI's page may be ${MAX_USER_FILES} and take ${MAX_USER_FILES_BYTES / 2 ** 20} MiB. Delete some first.`,
  );
}

function notThere(path: string): ComfyRequestError {
  return new ComfyRequestError('not-found', `There is no file "${path}".`);
}

function isTrue(query: unknown, name: string): boolean {
  return oneText(query, name)?.toLowerCase() === 'true';
}

function fullInfo({ path, sizeBytes, modifiedMs, createdMs }: UserFile) {
  return { path, size: sizeBytes, modified: modifiedMs, created: createdMs };
}

function entryOf({ path, sizeBytes, modifiedMs }: UserFile) {
  return { name: path.split('/').at(-1), path, type: 'file', size: sizeBytes, modified: modifiedMs / 1000 };
}

/** Folders are there as long as they hold a file. */
function foldersOf(files: readonly UserFile[], above: string) {
  const paths = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) paths.add(parts.slice(0, depth).join('/'));
  }
  return [...paths]
    .filter((path) => path.startsWith(above))
    .sort()
    .map((path) => ({ name: path.split('/').at(-1), path, type: 'directory' }));
}

function typeOf(path: string): string {
  if (path === USER_CSS) return 'text/css';
  return path.endsWith('.json') ? 'application/json' : 'application/octet-stream';
}
