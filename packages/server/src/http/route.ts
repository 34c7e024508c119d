import type { z } from 'zod';
import type { Grant } from '../store/grants-table.js';
import { Problem, type ProblemKind } from './problem.js';
import type { Reply } from './reply.js';
import type { ServerParts } from './server-parts.js';

type Method = 'get' | 'post' | 'put' | 'delete';

/** A picture that the upload gate has put into a temporary file; whoever is handed it removes nothing. */
export interface UploadedFile {
  readonly path: string;
  /** What the client calls it: a label, never a path. */
  readonly label: string;
  readonly sizeBytes: number;
}

/** A request as the gates hand it on; nothing in it is checked but sizes and the form of the JSON. */
interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
  readonly upload?: UploadedFile;
  /** Whom the rate limits and the queue's turns count: the address it comes from. */
  readonly client: string;
  /** It came by https, here or at a proxy that is trusted. */
  readonly isSecure: boolean;
  /** Of a route for share links: the grant that the link carries. */
  readonly grant?: Grant;
}

interface Checked<Params, Query, Headers, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  readonly upload?: UploadedFile;
  readonly client: string;
  readonly isSecure: boolean;
  readonly grant?: Grant;
}

interface ReplyDescription {
  readonly description: string;
  /** Left out: `application/json`. */
  readonly mediaType?: string;
  /** Left out: bytes, text or nothing. */
  readonly schema?: z.ZodType;
}

interface RouteSchemas {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
}

interface RouteFacts {
  /** Name of the operation in the OpenAPI document, such as `startRun`. */
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI writes it: `/api/runs/{run}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** `public`: answers without a token. `grant`: answers to the secret of the grant that the path's `{grant}` names, alone. */
  readonly access?: 'public' | 'grant';
  /** Takes one file as `multipart/form-data`, and no JSON. */
  readonly upload?: true;
  /** By status. */
  readonly replies: Readonly<Record<number, ReplyDescription>>;
  /** What it refuses beside what every route does. */
  readonly problems?: readonly ProblemKind[];
}

/** One operation of the API: its description as data, and its function. */
export interface Route extends RouteFacts {
  readonly schemas: RouteSchemas;
  answer(request: RawRequest, server: ServerParts): Promise<Reply>;
}

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** Ties a route's function to its schemas: the function sees only what they have let through. */
export function defineRoute<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Headers extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  route: RouteFacts & {
    readonly params?: Params;
    readonly query?: Query;
    readonly headers?: Headers;
    readonly body?: Body;
    handle(
      request: Checked<OutputOf<Params>, OutputOf<Query>, OutputOf<Headers>, OutputOf<Body>>,
      server: ServerParts,
    ): Reply | Promise<Reply>;
  },
): Route {
  const { params, query, headers, body, handle, ...facts } = route;
  // A key left out has the type `undefined` already; destructuring adds a second one, which generics cannot merge.
  const schemas = { params, query, headers, body } as {
    readonly params: Params;
    readonly query: Query;
    readonly headers: Headers;
    readonly body: Body;
  };
  return {
    ...facts,
    schemas: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && { body }),
    },
    async answer(raw, server) {
      const checked = {
        params: check('path', schemas.params, raw.params),
        query: check('query', schemas.query, raw.query),
        headers: check('headers', schemas.headers, raw.headers),
        body: check('body', schemas.body, raw.body),
        client: raw.client,
        isSecure: raw.isSecure,
        ...(raw.upload && { upload: raw.upload }),
        ...(raw.grant && { grant: raw.grant }),
      };
      return handle(checked, server);
    },
  };
}

function check<Schema extends z.ZodType | undefined>(part: string, schema: Schema, value: unknown): OutputOf<Schema> {
  // Without a schema there is no such part, so nothing is handed on.
  if (schema === undefined) return undefined as OutputOf<Schema>;
  const result = schema.safeParse(value);
  if (result.success) return result.data as OutputOf<Schema>;
  const errors = result.error.issues.map((issue) => ({
    path: [part, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
  const first = errors[0];
  const more = errors.length > 1 ? ` and ${errors.length - 1} more` : '';
  throw new Problem('bad-request', `${first?.path}: ${first?.message}${more}.`, { errors });
}
