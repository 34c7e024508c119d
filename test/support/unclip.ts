import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a finished process left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface UnclipOptions {
  readonly cwd?: string;
  /** What the process reads; nothing, and its end, when left out. */
  readonly input?: string | Uint8Array;
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called as soon as the process runs. */
  onStart?(kill: (signal: NodeJS.Signals) => void): void;
  /** Called with each whole line of standard output. */
  onLine?(line: string, kill: (signal: NodeJS.Signals) => void): void;
}

const ENTRY = fileURLToPath(new URL('../../packages/server/bin/unclip.mjs', import.meta.url));

/** Runs `unclip` as a process of its own. */
export function unclip(
  args: readonly string[],
  { cwd, input, env, onStart, onLine }: UnclipOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ENTRY, ...args], {
      cwd,
      // What the developer has in the cache is no business of a test.
      env: { ...process.env, HF_HUB_CACHE: '/there-is-no-cache', ...env },
    });
    onStart?.((signal) => child.kill(signal));
    let stdout = '';
    let stderr = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      for (let end = stdout.indexOf('\n', seen); end >= 0; end = stdout.indexOf('\n', seen)) {
        onLine?.(stdout.slice(seen, end), (signal) => child.kill(signal));
        seen = end + 1;
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // A process that refuses its arguments does not wait for the rest of its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
