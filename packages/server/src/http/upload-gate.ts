import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { Problem } from './problem.js';
import type { UploadedFile } from './route.js';

export interface UploadGate {
  /** Reads the form's one file into a temporary one. Call `discard` in any case. */
  receive(request: Request, response: Response, field?: UploadField): Promise<UploadedFile>;
  discard(request: Request): Promise<void>;
}

/** The file's field in the form; `image` is ComfyUI's name for it, whose forms also have texts. */
type UploadField = 'file' | 'image';

/** @param folder emptied now: its content was left by a killed server */
export async function createUploadGate(folder: string, maxBytes: number): Promise<UploadGate> {
  const uploads = join(folder, 'uploads');
  await rm(uploads, { recursive: true, force: true });
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  const middlewares = new Map<UploadField, RequestHandler>();

  return {
    async receive(request, response, field = 'file') {
      if (!request.is('multipart/form-data')) {
        throw new Problem('wrong-media-type', `Images are uploaded as multipart/form-data, in the field "${field}".`);
      }
      const receive = middlewares.get(field) ?? (await makeMiddleware(uploads, maxBytes, field));
      middlewares.set(field, receive);
      await new Promise<void>((resolve, reject) =>
        receive(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(toRefusal(error)))),
      );
      if (request.file === undefined) {
        throw new Problem('bad-request', `The form has no file in the field "${field}".`, {
          because: { code: 'no-file-sent' },
          errors: [{ path: `body.${field}`, message: 'expected a file, got nothing' }],
        });
      }
      const { path, originalname: label, size: sizeBytes } = request.file;
      return { path, label, sizeBytes };
    },
    async discard(request) {
      // After a refusal multer has removed the file, and its path from the record, itself.
      const path: string | undefined = request.file?.path;
      if (path !== undefined) await rm(path, { force: true });
    },
  };
}

async function makeMiddleware(uploads: string, maxBytes: number, field: UploadField): Promise<RequestHandler> {
  const { default: multer } = await import('multer');
  // multer names the temporary files by random bytes, not by what the client says.
  const storage = multer.diskStorage({ destination: uploads });
  const limits = {
    fileSize: maxBytes,
    files: 1,
    fields: field === 'image' ? 8 : 0,
    fieldSize: 2000,
    parts: field === 'image' ? 10 : 2,
    fieldNameSize: 20,
    headerPairs: 16,
  };
  return multer({ storage, limits, defParamCharset: 'utf8' }).single(field);
}

// A truncated or malformed form is the client's mistake, regardless of busboy's error.
function toRefusal(error: unknown): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Problem('store-full', 'The disk is full: the upload could not be stored.', { cause: error });
  }
  // Exceeded limits have separate messages; a missing or wrong field name is reported here.
  const isForm = name === 'MulterError' && code?.startsWith('LIMIT_') !== true;
  if (code !== undefined && !code.startsWith('ERR_') && !isForm) return error;
  return new Problem('bad-request', `The form cannot be read: ${message}.`, { cause: error });
}
