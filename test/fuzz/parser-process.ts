import { closeSync, openSync, writeSync } from 'node:fs';
import { COMMAND_PARSER } from './command-parser.js';
import { loadCorpus } from './corpus.js';
import { FILE_PARSERS } from './file-parsers.js';
import { GRAPH_PARSERS } from './graph-parsers.js';
import type { Parser } from './parser.js';
import { createRandom } from './random.js';

/** What the parser process reports. */
export type FromParsers =
  | {
      readonly type: 'found';
      readonly target: string;
      readonly number: number;
      readonly what: string;
      readonly input: string;
    }
  | { readonly type: 'done'; readonly stats: ParserStats };

export interface ParserStats {
  /** Parser -> how many inputs it read, and the processor time of the slowest in milliseconds. */
  readonly parsers: Readonly<
    Record<
      string,
      { readonly cases: number; readonly refused: number; readonly slowestMs: number; readonly slowest: number }
    >
  >;
  /** After a collection, at a quarter of the time and at its end. */
  readonly heapMib: readonly [number, number];
  readonly peakMib: number;
}

/** What users are told: errors with messages for them. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...[
    'CheckpointError',
    'ComfyFormatError',
    'ForeignJsonError',
    'TokenizerError',
    'SafetensorsError',
    'StoredFormError',
  ],
  ...['PreprocessConfigError', 'SchedulerConfigError', 'UnknownSchedulerError', 'PngError', 'WebpError', 'ImageError'],
  ...['ReceiptError', 'GalleryQueryError', 'FilePatternError', 'Problem', 'HubError', 'InflatedTooLarge', 'ShapeError'],
]);

const MAX_CPU_MS = 2000;

const [seedText = '0', minutesText = '1', firstText = '0', statePath = '', only = '', caseText = ''] =
  process.argv.slice(2);
const parsers = [...GRAPH_PARSERS, ...FILE_PARSERS, COMMAND_PARSER].filter(({ name }) => only === '' || name === only);
const tell = (message: FromParsers) => void process.send?.(message);
await run();

async function run(): Promise<void> {
  const corpus = loadCorpus();
  const endMs = Date.now() + Number(minutesText) * 60_000;
  const quarterMs = Date.now() + Number(minutesText) * 15_000;
  const stats = new Map<string, { cases: number; refused: number; slowestMs: number; slowest: number }>();
  const state = openSync(statePath, 'w');
  let firstHeap: number | undefined;
  let peakMib = 0;
  const isOne = caseText !== '';
  for (let step = isOne ? Number(caseText) * parsers.length : Number(firstText); Date.now() < endMs; step++) {
    const parser = parsers[step % parsers.length];
    // `--only` names a route.
    if (parser === undefined) break;
    const number = Math.floor(step / parsers.length);
    // Read by the parent when this process does not return.
    writeSync(state, `${String(step).padStart(12)} ${parser.name} ${number}`.padEnd(80), 0);
    const { what, input, cpuMs, isRefused } = await readOne(parser, number, corpus);
    const known = stats.get(parser.name) ?? { cases: 0, refused: 0, slowestMs: 0, slowest: 0 };
    const isSlowest = cpuMs > known.slowestMs;
    stats.set(parser.name, {
      cases: known.cases + 1,
      refused: known.refused + (isRefused ? 1 : 0),
      slowestMs: isSlowest ? Math.round(cpuMs) : known.slowestMs,
      slowest: isSlowest ? number : known.slowest,
    });
    if (what !== undefined)
      tell({ type: 'found', target: parser.name, number, what, input: Buffer.from(input).toString('base64') });
    peakMib = Math.max(peakMib, process.memoryUsage.rss() / 2 ** 20);
    if (firstHeap === undefined && Date.now() > quarterMs) firstHeap = heapMib();
    if (isOne) break;
  }
  closeSync(state);
  const last = heapMib();
  tell({
    type: 'done',
    stats: { parsers: Object.fromEntries(stats), heapMib: [firstHeap ?? last, last], peakMib: Math.round(peakMib) },
  });
}

interface Outcome {
  readonly what?: string;
  readonly input: Uint8Array | string;
  readonly cpuMs: number;
  readonly isRefused: boolean;
}

async function readOne(parser: Parser, number: number, corpus: ReturnType<typeof loadCorpus>): Promise<Outcome> {
  const random = createRandom(seedText, parser.name, number);
  const input = parser.draw(random, corpus);
  let cpuMs = 0;
  /** Each answer to a user has the budget for itself. */
  const timed = async (answer: () => unknown): Promise<unknown> => {
    const before = process.cpuUsage();
    try {
      return await answer();
    } finally {
      const { user, system } = process.cpuUsage(before);
      cpuMs = Math.max(cpuMs, (user + system) / 1000);
    }
  };
  let what: string | undefined;
  let isRefused = false;
  try {
    let next = await timed(() => parser.read(input, random));
    while (typeof next === 'function') next = await timed(next as () => unknown);
  } catch (error) {
    isRefused = REFUSALS.has((error as Error)?.name) || isOfTheSystem(error);
    if (!isRefused)
      what = String((error as Error)?.stack ?? error)
        .split('\n')
        .slice(0, 6)
        .join('\n  ');
  }
  if (cpuMs > MAX_CPU_MS) what ??= `took ${Math.round(cpuMs)} ms of processor time`;
  if (Object.keys(Object.prototype).length > 0 || ({} as { polluted?: unknown }).polluted !== undefined) {
    what ??= 'changed the prototype of all objects';
  }
  return { ...(what === undefined ? {} : { what }), input, cpuMs, isRefused };
}

/** The command line has messages for system errors of a file. */
function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

function heapMib(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 2 ** 20);
}
