import type { RunningServer } from '@unclip-studio/server';

/** A route as needed for generating requests. */
export interface FuzzedRoute {
  /** The operation's id, or method and path of one that has none. */
  readonly name: string;
  readonly method: string;
  /** `/api/runs/{run}` */
  readonly path: string;
  /** It answers to the secret of a share link. */
  readonly isShared: boolean;
  readonly upload: boolean;
  /** JSON schemas of what it takes, without references; none where only the router knows the route. */
  readonly query?: Schema;
  readonly body?: Schema;
}

export type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly security?: readonly Schema[];
}

/** Everything that the router answers, described where the API's document does: unlisted routes are requested too. */
export function fuzzedRoutes(document: unknown, registered: RunningServer['routes']): readonly FuzzedRoute[] {
  const { paths, components } = document as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components?: { readonly schemas?: Schema };
  };
  const resolve = (schema: unknown): Schema => withoutReferences(schema, components?.schemas ?? {}) as Schema;
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): FuzzedRoute => {
      const { operationId: name, parameters = [], requestBody, security = [] } = operation;
      const asked = parameters.filter((parameter) => parameter.in === 'query');
      const query = {
        type: 'object',
        properties: Object.fromEntries(asked.map((one) => [one.name, resolve(one.schema)])),
      };
      const body = requestBody?.content['application/json']?.schema;
      const upload = requestBody?.content['multipart/form-data'] !== undefined;
      const isShared = security.some((kind) => 'shareLink' in kind);
      const parts = { ...(asked.length > 0 && { query }), ...(body !== undefined && { body: resolve(body) }) };
      return { name, method: method.toUpperCase(), path, isShared, upload, ...parts };
    }),
  );
  const known = new Set(described.map(({ method, path }) => `${method} ${path}`));
  const knownPaths = new Set(described.map(({ path }) => path));
  const others = registered
    .map(({ method, path }) => ({ method, path: path.replace(/:(\w+)/g, '{$1}') }))
    // What refuses other methods is reached by those.
    .filter(({ method, path }) => !known.has(`${method} ${path}`) && !(method === 'ALL' && knownPaths.has(path)))
    .map(({ method, path }): FuzzedRoute => {
      const upload = method === 'POST' && path.includes('/upload/');
      return { name: `${method} ${path}`, method, path, isShared: false, upload };
    });
  return [...described, ...others];
}

/** Schemas hold each other; as deep as anything is drawn from them. */
function withoutReferences(value: unknown, schemas: Schema, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > 12) return Array.isArray(value) ? [] : value;
  if (Array.isArray(value)) return value.map((item) => withoutReferences(item, schemas, depth + 1));
  const { $ref: reference } = value as { readonly $ref?: unknown };
  if (typeof reference === 'string')
    return withoutReferences(schemas[reference.split('/').at(-1) ?? ''], schemas, depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutReferences(inner, schemas, depth + 1)]),
  );
}
