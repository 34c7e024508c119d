import { ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { formatExactJson } from '../exact-json.js';
import { MAX_COMFY_BODY_BYTES } from '../limits.js';
import { ComfyRequestError } from '../request-error.js';
import type { ComfyHost } from './host.js';

/** Registers ComfyUI's addresses; what an answer returns is sent as JSON, `undefined` as an empty 200. */
export interface ComfyRoutes {
  readonly router: Router;
  get(path: string, answer: Answer): void;
  /** With the bytes of the body in `request.body`, regardless of the content type. */
  post(path: string, answer: Answer): void;
  delete(path: string, answer: Answer): void;
  /** A handler that reads and answers by itself. */
  handle(method: 'get' | 'post', path: string, ...handlers: readonly RequestHandler[]): void;
}

type Answer = (request: Request, response: Response) => unknown;

/** Where ComfyUI's page is served; all that it asks for begins with this. */
export const PAGE_PATH = '/comfyui';

/**
 * Each address exists as in ComfyUI and prefixed with `/api`, except those that this server uses itself, such as `GET
 * /api/queue` and, instead of `GET /api/models/:folder`, `GET /api/models/installed`. Below {@link PAGE_PATH} all exist
 * both ways, if the page is served.
 */
export function createComfyRoutes(host: Pick<ComfyHost, 'admit' | 'hasPage' | 'isOwnRoute'>): ComfyRoutes {
  const router = Router();
  const admit: RequestHandler = (request, _response, next) => {
    if (host.isOwnRoute(request.method, request.path)) return next('route');
    host.admit(request, request.query['token']);
    next();
  };

  function handle(method: 'get' | 'post' | 'delete', path: string, ...handlers: readonly RequestHandler[]): void {
    const isOwn = host.isOwnRoute(method, `/api${path}`);
    const paths = [path, ...(isOwn ? [] : [`/api${path}`]), ...(host.hasPage ? pageAddresses(path) : [])];
    router[method](paths, admit, ...handlers);
  }

  return {
    router,
    get: (path, answer) => handle('get', path, respond(answer)),
    post: (path, answer) =>
      handle('post', path, express.raw({ type: () => true, limit: MAX_COMFY_BODY_BYTES }), respond(answer)),
    delete: (path, answer) => handle('delete', path, respond(answer)),
    handle,
  };
}

function pageAddresses(path: string): readonly string[] {
  return [`${PAGE_PATH}${path}`, `${PAGE_PATH}/api${path}`];
}

function respond(answer: Answer): RequestHandler {
  return async (request, response) => {
    const body = await answer(request, response);
    if (response.headersSent) return;
    if (body === undefined) response.end();
    else response.type('application/json').send(formatExactJson(body));
  };
}

/**
 * The body of a request as an object; an empty one if there is none, or null. @throws ComfyRequestError for any other
 */
export function jsonOf(request: Request): Readonly<Record<string, unknown>> {
  const value = anyJsonOf(request) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new ComfyRequestError('bad-request', 'Expected a JSON object as the body.');
}

/**
 * The body of a request; `undefined` if there is none. Integers beyond 2^53 are BigInts, so that they stay exact.
 *
 * @throws ComfyRequestError if it is not JSON, or too deeply nested
 */
export function anyJsonOf({ body }: Request): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  if (text.trim() === '') return undefined;
  try {
    return parseForeignJson(text, { wholeNumbers: 'exact', nonFinite: 'null' });
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    throw new ComfyRequestError('bad-request', `The body is not JSON; ${error.message}.`);
  }
}

/** A field of a query or a form. @throws ComfyRequestError if it was given more than once, or is not a text */
export function oneText(fields: unknown, name: string): string | undefined {
  const value = (fields as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new ComfyRequestError('bad-request', `"${name}" was given more than once. Give it once.`, {
    path: `query.${name}`,
    message: 'expected one value',
  });
}

export function asTexts(value: unknown): readonly string[] {
  // Nothing else is the id of a prompt, and asking an object for its text runs what a stranger named `toString`.
  const isPlain = (item: unknown) => typeof item === 'string' || typeof item === 'number';
  return Array.isArray(value) ? value.filter(isPlain).map(String) : [];
}
