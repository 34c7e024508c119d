import { posix } from 'node:path';
import { ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import type { Request, Response } from 'express';
import { ComfyRequestError } from '../request-error.js';
import { type ComfyRoutes, oneText } from './comfy-routes.js';
import type { HostFiles, ImagePath, ImageView, ReceivedImage } from './host.js';
import { outputOfName } from './output-names.js';
import { readAnnotated, type UploadNames } from './upload-names.js';

/** `/view` and `/upload`: images by folder, subfolder and name, which lead nowhere on the disk. */
export function addFileRoutes({ handle }: ComfyRoutes, files: HostFiles, names: UploadNames): void {
  handle('get', '/view', (request, response) => sendFile(request, response, files));
  handle('post', '/upload/image', (request, response) =>
    receiveUpload(request, response, { files, names, findOriginal: () => undefined }),
  );
  handle('post', '/upload/mask', (request, response) =>
    receiveUpload(request, response, { files, names, findOriginal: () => originalOfMask(request, files) }),
  );
}

/** An output by the name that contains its id, or an uploaded image by its folder and name. */
async function sendFile(request: Request, response: Response, files: HostFiles): Promise<void> {
  const filename = oneText(request.query, 'filename') ?? '';
  const type = oneText(request.query, 'type');
  const path = pathOf({ filename, type, subfolder: oneText(request.query, 'subfolder') });
  const view = viewOf(request.query);
  const id = outputIdOf(path, files);
  if (id !== undefined) return files.sendOutput(request, response, { id, ...view });
  const found = files.findPath(path);
  if (found !== undefined && (await files.sendImage(request, response, { sha256: found, ...view }))) return;
  throw new ComfyRequestError('not-found', `There is no image "${filename}" of the type "${path.folder}".`);
}

/** @returns `undefined` for a name of nothing that a run has made */
function outputIdOf({ folder, path }: ImagePath, files: Pick<HostFiles, 'findOutput'>): string | undefined {
  const id = folder === 'input' ? undefined : outputOfName(path);
  return id === undefined || files.findOutput(id) === undefined ? undefined : id;
}

/**
 * What a page asks an image to be sent as: `channel=rgb` or `a`, or `preview=webp;90`.
 *
 * @see ComfyUI 0.3.64, server.py, view_image
 */
function viewOf(query: unknown): { readonly view?: ImageView } {
  const channel = oneText(query, 'channel') ?? 'rgba';
  const preview = oneText(query, 'preview');
  if (preview === undefined) {
    return channel === 'rgb' || channel === 'a' ? { view: { channel, format: 'png', quality: 100 } } : {};
  }
  const settings = preview.split(';');
  // A JPEG that would lose its transparency is sent as WebP; so are other formats.
  const hasAlpha = oneText(query, 'channel')?.includes('a') === true;
  const format = settings[0] === 'jpeg' && !hasAlpha ? 'jpeg' : 'webp';
  const last = settings.at(-1) ?? '';
  const quality = /^\d+$/.test(last) ? Math.min(Math.max(Number(last), 1), 100) : 90;
  return { view: { channel: channel === 'rgb' ? 'rgb' : 'rgba', format, quality } };
}

interface UploadContext {
  readonly files: HostFiles;
  readonly names: UploadNames;
  /** The image of which the transparency is sent; `undefined` if it is an image for itself. */
  findOriginal(): { readonly sha256: string } | undefined;
}

async function receiveUpload(request: Request, response: Response, context: UploadContext): Promise<void> {
  const upload = await context.files.receiveImage(request, response);
  try {
    response.json(await keepUpload(request, upload, context));
  } finally {
    await upload.discard();
  }
}

async function keepUpload({ body }: Request, upload: ReceivedImage, { names, findOriginal }: UploadContext) {
  const subfolder = toSubfolder(oneText(body, 'subfolder'));
  const overwrite = oneText(body, 'overwrite');
  const folder = toFolder(oneText(body, 'type') ?? 'input');
  const wanted = { folder, subfolder, name: upload.fileName, overwrite: overwrite === 'true' || overwrite === '1' };
  const { chosen } = await upload.keep((id) => names.choose(id, wanted), findOriginal());
  return { name: chosen.name, subfolder, type: folder };
}

/** What a mask editor says its mask belongs to: `{"filename": "cat.png", "subfolder": "", "type": "input"}`, as JSON text. */
function originalOfMask({ body }: Request, files: HostFiles): { readonly sha256: string } {
  const { filename, ...asked } = readReference(oneText(body, 'original_ref'));
  const path = pathOf({ filename, ...asked });
  const id = outputIdOf(path, files);
  const sha256 = id === undefined ? files.findPath(path) : files.findOutput(id);
  if (sha256 !== undefined) return { sha256 };
  throw new ComfyRequestError('not-found', `There is no image "${filename}" of the type "${path.folder}" to mask.`);
}

function readReference(text: string | undefined): AskedFile {
  const wrong = 'Expected in "original_ref" the image to mask, such as {"filename": "cat.png", "type": "input"}.';
  try {
    const value = parseForeignJson(text ?? '') as Readonly<Record<string, unknown>> | null;
    const { filename, subfolder, type } = value ?? {};
    const isTextOrNothing = (field: unknown) => field === undefined || typeof field === 'string';
    if (typeof filename === 'string' && isTextOrNothing(subfolder) && isTextOrNothing(type)) {
      return { filename, subfolder: subfolder as string | undefined, type: type as string | undefined };
    }
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
  }
  throw new ComfyRequestError('bad-request', wrong, { path: 'body.original_ref', message: 'expected a file' });
}

interface AskedFile {
  readonly filename: string;
  readonly subfolder: string | undefined;
  readonly type: string | undefined;
}

/** The folder behind the name, as in `cat.png [temp]`, goes before the type. @throws ComfyRequestError */
function pathOf({ filename, subfolder, type }: AskedFile): ImagePath {
  const { folder, path } = readAnnotated(filename, toFolder(type ?? 'output'));
  const below = toSubfolder(subfolder);
  return { folder, path: requireInside(posix.join(below, path), 'filename') };
}

const FOLDERS = ['input', 'output', 'temp'] as const;

function toFolder(type: string): ImagePath['folder'] {
  const folder = FOLDERS.find((known) => known === type);
  if (folder !== undefined) return folder;
  throw new ComfyRequestError('bad-request', `Expected the type ${FOLDERS.join(', ')}, got "${type}".`);
}

/** A part of a name in a table, in the one form that it is stored in. @throws ComfyRequestError */
function toSubfolder(asked = ''): string {
  const path = posix.normalize(asked.replaceAll('\\', '/')).replace(/\/$/, '');
  return asked === '' || path === '.' ? '' : requireInside(path, 'subfolder');
}

/**
 * Nothing here is a path on the disk; one that tries to leave its folder is refused all the same, as by ComfyUI, so that
 * no client believes that it did.
 */
function requireInside(path: string, field: string): string {
  if (path !== '' && !path.startsWith('/') && path !== '..' && !path.startsWith('../')) return path;
  throw new ComfyRequestError('bad-request', `Expected in "${field}" a path inside its folder, such as pics.`);
}
