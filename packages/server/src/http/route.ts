import { API, type Api, type RouteDeclaration, type Wire } from '@unclip-studio/protocol';
import type { z } from 'zod';
import type { Grant } from '../store/grants-table.js';
import { Problem } from './problem.js';
import type { JsonReply, Reply } from './reply.js';
import type { ServerParts } from './server-parts.js';

/** An image that the upload gate has put into a temporary file, which it removes itself. */
export interface UploadedFile {
  readonly path: string;
  /** What the client calls it: a label, never a path. */
  readonly label: string;
  readonly sizeBytes: number;
}

/** `/api/v1` is the stable one; both lead to the same routes. */
export type ApiPrefix = '/api' | '/api/v1';

interface RequestFacts {
  /** Whom the rate limits and the queue's turns count: the address it comes from. */
  readonly client: string;
  /** It came by https, here or at a proxy that is trusted. */
  readonly isSecure: boolean;
  /** Under which prefix it came. */
  readonly prefix: ApiPrefix;
  /** Aborted when the client has gone, or has its answer. */
  readonly signal: AbortSignal;
}

/** A request as the gates hand it on; nothing in it is checked but sizes and the form of the JSON. */
interface RawRequest extends RequestFacts {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly upload?: UploadedFile;
  /** Of a route for share links: the grant that the link carries. */
  readonly grant?: Grant;
}

/** What a handler sees of a request: what the schemas of its declaration have let through. */
interface CheckedRequest<Declaration> extends RequestFacts {
  readonly params: OutputOf<Declaration, 'params'>;
  readonly query: OutputOf<Declaration, 'query'>;
  readonly headers: OutputOf<Declaration, 'headers'>;
  readonly body: OutputOf<Declaration, 'body'>;
  readonly upload: Declaration extends { readonly upload: true } ? UploadedFile : undefined;
  readonly grant: Declaration extends { readonly access: 'grant' } ? Grant : undefined;
}

type OutputOf<Declaration, Part extends string> = Declaration extends {
  readonly [Key in Part]: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : undefined;

/** JSON of one of the declared answers where any has a schema; else text, bytes or nothing. */
type ReplyOf<Declaration> = [BodyOf<Declaration>] extends [never]
  ? Exclude<Reply, JsonReply>
  : JsonReply<BodyOf<Declaration>>;

type BodyOf<Declaration> = Declaration extends { readonly answers: infer Answers }
  ? {
      [Status in keyof Answers]: Answers[Status] extends { readonly schema: infer Schema extends z.ZodType }
        ? Wire<Schema>
        : never;
    }[keyof Answers]
  : never;

type Handler<Declaration> = (
  request: CheckedRequest<Declaration>,
  server: ServerParts,
) => ReplyOf<Declaration> | Promise<ReplyOf<Declaration>>;

/** A function for each route that protocol declares under the tag. */
export type Handlers<Tag extends keyof Api> = { readonly [Id in keyof Api[Tag]]: Handler<Api[Tag][Id]> };

/** One operation of the API: its declaration, and its function behind the checks of its schemas. */
export interface Route extends RouteDeclaration {
  /** Name of the operation in the OpenAPI document, such as `startRun`. */
  readonly id: string;
  readonly tag: string;
  answer(request: RawRequest, server: ServerParts): Promise<Reply>;
}

// A handler whose declaration is not known gets what its own schemas have checked.
type AnyHandler = (request: unknown, server: ServerParts) => Reply | Promise<Reply>;

/** Puts every declaration together with its handler. */
export function bindRoutes(handlers: { readonly [Tag in keyof Api]: Handlers<Tag> }): readonly Route[] {
  const byTag = handlers as unknown as Readonly<Record<string, Readonly<Record<string, AnyHandler>>>>;
  return Object.entries(API).flatMap(([tag, table]) =>
    Object.entries<RouteDeclaration>(table).map(([id, declaration]) => {
      const handle = byTag[tag]?.[id];
      if (handle === undefined) throw new Error(`Internal error: the route ${id} has no handler`);
      return {
        ...declaration,
        id,
        tag,
        answer: async (raw, server) => handle(checkRequest(declaration, raw), server),
      };
    }),
  );
}

function checkRequest(declaration: RouteDeclaration, raw: RawRequest) {
  const { upload, grant, client, isSecure, prefix, signal } = raw;
  if (declaration.upload && upload === undefined) throw gateIsOpen('a file');
  if (declaration.access === 'grant' && grant === undefined) throw gateIsOpen('a grant');
  return {
    params: check('path', declaration.params, raw.params),
    query: check('query', declaration.query, raw.query),
    headers: check('headers', declaration.headers, raw.headers),
    body: check('body', declaration.body, raw.body),
    upload,
    grant,
    ...{ client, isSecure, prefix, signal },
  };
}

function gateIsOpen(what: string): Error {
  return new Error(`Internal error: a gate let a request without ${what} through`);
}

function check(part: string, schema: z.ZodType | undefined, value: unknown): unknown {
  // Without a schema there is no such part, so nothing is passed.
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    path: [part, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
  const first = errors[0];
  const more = errors.length > 1 ? ` and ${errors.length - 1} more` : '';
  throw new Problem('bad-request', `${first?.path}: ${first?.message}${more}.`, { errors });
}
