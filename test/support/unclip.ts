import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Io, main } from '@unclip-studio/server/cli';

/** What a finished command left behind. */
export interface Finished {
  /** `null` if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface UnclipOptions {
  readonly cwd?: string;
  /** What the command reads; nothing, and its end, when left out. */
  readonly input?: string | Uint8Array;
  /** In addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each whole line of standard output. */
  onLine?(line: string, kill: (signal: NodeJS.Signals) => void): void;
}

/** The command as users start it. */
export const UNCLIP = fileURLToPath(new URL('../../packages/server/bin/unclip.mjs', import.meta.url));

/** The arguments of each `npx unclip` command of a page, as one text, without its remark. */
export function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(/^npx unclip ([^#\n]+)/gm)].map(([, command = '']) => command.trim());
}

/** Runs a command in this process, with its own streams, signals, variables and working folder. */
export async function unclip(args: readonly string[], options: UnclipOptions = {}): Promise<Finished> {
  const { io, printed } = createTestIo(options);
  const code = await main(args, io);
  return { code, ...printed() };
}

/** What surrounds a command that runs in this process, and what it has printed so far. */
export function createTestIo({ cwd, input, env, onLine }: UnclipOptions = {}) {
  const signals = createSignals();
  const stdout = createSink((line) => onLine?.(line, signals.send));
  const stderr = createSink();
  const io: Io = {
    stdin: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: environment(env),
    cwd: cwd ?? process.cwd(),
    onSignal: signals.on,
    // The test runner itself hears of them, and fails.
    onException: () => () => {},
    onRejection: () => () => {},
    exit(code) {
      throw new Error(`The command wants to end its process with code ${code}: use unclipProcess.`);
    },
  };
  return { io, printed: () => ({ stdout: stdout.text(), stderr: stderr.text() }) };
}

export interface UnclipProcessOptions extends UnclipOptions {
  /** Called as soon as the process runs. */
  onStart?(kill: (signal: NodeJS.Signals) => void): void;
}

/** Runs a command as a separate process, from `dist`: for tests whose subject is a real process. */
export function unclipProcess(
  args: readonly string[],
  { cwd, input, env, onStart, onLine }: UnclipProcessOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [UNCLIP, ...args], { cwd, env: environment(env) });
    const kill = (signal: NodeJS.Signals) => void child.kill(signal);
    onStart?.(kill);
    const stdout = createSink((line) => onLine?.(line, kill));
    const stderr = createSink();
    child.stdout.pipe(stdout.stream);
    child.stderr.pipe(stderr.stream);
    // A process that refuses its arguments does not wait for the rest of its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: stdout.text(), stderr: stderr.text() }));
  });
}

/** The developer's own cache must not affect a test. */
function environment(env: UnclipOptions['env']): NodeJS.ProcessEnv {
  return { ...process.env, HF_HUB_CACHE: '/there-is-no-cache', ...env };
}

/** Keeps what is written to it, and calls with each whole line as it comes. */
function createSink(onLine?: (line: string) => void) {
  const decoder = new TextDecoder();
  let text = '';
  let seen = 0;
  const stream = new Writable({
    write(chunk: Uint8Array, _, done) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n', seen); end >= 0; end = text.indexOf('\n', seen)) {
        const line = text.slice(seen, end);
        seen = end + 1;
        onLine?.(line);
      }
      done();
    },
  });
  return { stream, text: () => text };
}

function createSignals() {
  const listeners = new Map<NodeJS.Signals, Set<(signal: NodeJS.Signals) => void>>();
  return {
    on: ((signals, listener) => {
      for (const signal of signals) listeners.set(signal, (listeners.get(signal) ?? new Set()).add(listener));
      return () => {
        for (const signal of signals) listeners.get(signal)?.delete(listener);
      };
    }) satisfies Io['onSignal'],
    send(signal: NodeJS.Signals): void {
      const heard = [...(listeners.get(signal) ?? [])];
      if (heard.length === 0) throw new Error(`The command does not listen for ${signal}: use unclipProcess.`);
      for (const listener of heard) listener(signal);
    },
  };
}
