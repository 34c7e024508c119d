import type { Corpus } from './corpus.js';
import { mutateBytes, mutatePng } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText, mutateText } from './mutate-text.js';
import type { Random } from './random.js';
import type { FuzzedRoute, Schema } from './routes.js';

export interface DrawnRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Names that exist on the server, by what requests call them. */
export type Pools = ReadonlyMap<string, readonly string[]>;

export interface DrawContext {
  readonly corpus: Corpus;
  readonly pools: Pools;
  readonly token: string;
  /** Grant -> its secret. */
  readonly secrets: ReadonlyMap<string, string>;
}

const ODD_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  'a',
  '__proto__',
  'constructor',
  '%00',
  '\u202e',
  '%',
  '😀',
  '../x',
  'a'.repeat(300),
  '1e9',
  '-1',
  'null',
];
// What ComfyUI's clients say; for its addresses there are no schemas.
const QUERY_NAMES = [
  'filename',
  'type',
  'subfolder',
  'max_items',
  'offset',
  'preview',
  'channel',
  'token',
  'clientId',
  'rand',
];

export function drawRequest(random: Random, route: FuzzedRoute, context: DrawContext): DrawnRequest {
  const names = new Map<string, string>();
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = random.chance(0.85) ? nameFor(random, name, context.pools) : random.pick(ODD_TEXTS);
    names.set(name, value);
    return random.chance(0.97) ? encodeURIComponent(isWhole(value) ? value : 'x') : encodeURI(value).slice(0, 2000);
  });
  const query = drawQuery(random, route, context);
  const headers: Record<string, string> = { ...authorization(random, route, names.get('grant'), context) };
  if (random.chance(0.03))
    headers['range'] = random.pick([
      'bytes=0-9',
      'bytes=-5',
      'bytes=99999999999-',
      'bytes=5-2',
      'bytes=0-1,4-5',
      'x=1-2',
      'bytes=a-b',
    ]);
  if (random.chance(0.02)) headers['if-none-match'] = random.pick(['*', '"a"', 'W/"a"', '"'.repeat(50)]);
  if (random.chance(0.02)) headers['idempotency-key'] = random.pick(['a', 'x'.repeat(300), '"', 'same-key']);
  if (random.chance(0.02)) headers['origin'] = random.pick(['null', 'http://evil.example', 'http://localhost', 'x']);
  if (random.chance(0.02)) headers['accept-encoding'] = random.pick(['gzip', 'br', 'deflate', '*;q=0', 'identity']);
  const method = random.chance(0.02)
    ? random.pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    : route.method;
  const request = { method, path: `${path}${query}`, headers };
  if (method === 'GET' || method === 'HEAD') return request;
  return { ...request, ...drawBody(random, route, headers, context) };
}

function nameFor(random: Random, name: string, pools: Pools): string {
  const pool = pools.get(name) ?? [];
  return pool.length > 0 ? random.pick(pool) : 'none';
}

function authorization(random: Random, { isShared }: FuzzedRoute, grant: string | undefined, context: DrawContext) {
  if (random.chance(0.03)) return {};
  const secret = isShared && grant !== undefined ? context.secrets.get(grant) : undefined;
  return { authorization: `Bearer ${secret ?? context.token}` };
}

function drawQuery(random: Random, { query, path }: FuzzedRoute, context: DrawContext): string {
  const drawn = query === undefined ? {} : drawValue(random, query as Schema, 'query', context);
  const entries = Object.entries(drawn as object).map(([name, value]) => [name, String(value)] as [string, string]);
  if (query === undefined && !path.startsWith('/api/')) {
    for (const name of QUERY_NAMES) if (random.chance(0.2)) entries.push([name, nameFor(random, name, context.pools)]);
  }
  if (random.chance(0.2)) {
    const name = random.pick([...QUERY_NAMES, 'limit', 'before', 'query', 'state', 'x']);
    entries.push([name, mutateText(random, random.pick(ODD_TEXTS), ODD_TEXTS, 3000)]);
  }
  const whole = entries.filter(([name, value]) => isWhole(name) && isWhole(value));
  return whole.length === 0 ? '' : `?${new URLSearchParams(whole)}`.slice(0, 8000);
}

function drawBody(
  random: Random,
  route: FuzzedRoute,
  headers: Record<string, string>,
  context: DrawContext,
): { body?: string | Uint8Array } {
  if (route.upload) return uploadBody(random, headers, context);
  if (route.body === undefined && route.path.startsWith('/api/') && random.chance(0.9)) return {};
  headers['content-type'] = random.chance(0.97)
    ? 'application/json'
    : random.pick(['text/plain', 'application/json; charset=latin1', 'multipart/form-data']);
  const value =
    route.body === undefined
      ? comfyBody(random, route, context)
      : drawValue(random, route.body as Schema, 'body', context);
  const changed = random.chance(0.5) ? mutateJson(random, value, context.corpus.workflows) : value;
  return { body: random.chance(0.5) ? (JSON.stringify(changed) ?? '') : mutateJsonText(random, changed) };
}

function comfyBody(random: Random, { path }: FuzzedRoute, { corpus, pools }: DrawContext): unknown {
  if (path.endsWith('/prompt')) return { prompt: random.pick(corpus.comfy), client_id: 'fuzz', extra_data: {} };
  const id = nameFor(random, 'prompt', pools);
  return random.pick([{ delete: [id] }, { clear: random.chance(0.1) }, { prompt_id: id }, {}]);
}

function uploadBody(random: Random, headers: Record<string, string>, { corpus }: DrawContext): { body: Uint8Array } {
  const boundary = 'fuzzfuzz';
  headers['content-type'] = `multipart/form-data; boundary=${random.chance(0.97) ? boundary : '"'.repeat(20)}`;
  const { pngs, jpegs, webps } = corpus;
  const image = random.pick([
    () => random.pick([...pngs, ...jpegs, ...webps]),
    () => mutatePng(random, random.pick(pngs), ['x', JSON.stringify(random.pick(corpus.workflows))]),
    () => mutateBytes(random, random.pick([...jpegs, ...webps])),
  ])();
  const name = random.pick([
    'rgb.png',
    'a.jpg',
    '../../x.png',
    'con',
    '\u202e.png',
    'a'.repeat(300),
    '"',
    '%00.png',
    '',
  ]);
  const part = (field: string, file: string, content: Uint8Array) =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${field}"${file}\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ]);
  const fields = ['overwrite', 'type', 'subfolder', 'x'].filter(() => random.chance(0.2));
  const parts = [
    ...fields.map((field) =>
      part(field, '', Buffer.from(random.pick(['true', 'input', 'a/../b', '', 'x'.repeat(1000)]))),
    ),
    part(random.chance(0.5) ? 'file' : 'image', `; filename="${name}"`, image),
  ];
  const whole = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { body: random.chance(0.1) ? mutateBytes(random, whole) : whole };
}

/** Mostly a value that the schema takes. */
function drawValue(random: Random, schema: Schema, name: string, context: DrawContext): unknown {
  const pool = context.pools.get(name);
  if (pool !== undefined && pool.length > 0 && random.chance(0.9)) return random.pick(pool);
  if (name === 'workflow') return random.pick(context.corpus.workflows);
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return random.pick(schema['enum'] as unknown[]);
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const choices = schema[key];
    if (Array.isArray(choices)) return drawValue(random, random.pick(choices) as Schema, name, context);
  }
  switch (schema['type']) {
    case 'object':
      return drawObject(random, schema, context);
    case 'array': {
      const item = (schema['items'] ?? {}) as Schema;
      return Array.from({ length: random.size(20) }, () => drawValue(random, item, name.replace(/s$/, ''), context));
    }
    case 'integer':
    case 'number':
      return drawNumber(random, schema);
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return random.pick(['a', 'A test', '2026-01-31', ...ODD_TEXTS]);
    default:
      return random.pick([1, 'a', true, null, {}, []]);
  }
}

function drawObject(random: Random, schema: Schema, context: DrawContext): unknown {
  const required = (schema['required'] ?? []) as readonly string[];
  const entries = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
    .filter(([key]) => required.includes(key) || random.chance(0.4))
    .map(([key, inner]) => [key, drawValue(random, inner, key, context)] as const);
  const more = schema['additionalProperties'];
  const others =
    typeof more === 'object' && more !== null
      ? [[random.pick(['width', 'a.b', 'sample']), drawValue(random, more as Schema, '', context)] as const]
      : [];
  return Object.fromEntries([...entries, ...others]);
}

function drawNumber(random: Random, { minimum, maximum }: Schema): number {
  const low = typeof minimum === 'number' ? minimum : 0;
  const high = typeof maximum === 'number' ? Math.min(maximum, 1000) : 100;
  return random.chance(0.9)
    ? Math.round(low + random.next() * (high - low))
    : random.pick([low - 1, high + 1, 0.5, 1e15]);
}

/** Without half a character, which no address can hold. */
function isWhole(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}
