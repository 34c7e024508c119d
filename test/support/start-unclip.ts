import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { UNCLIP } from './unclip.js';

/** A command that runs until it is stopped, in a separate process; killed when the test is over. */
export function startUnclip(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [UNCLIP, ...args], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const program = {
    stdout: '',
    stderr: '',
    ended: new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code))),
    /** What it prints first. */
    address: () =>
      new Promise<string>((resolve, reject) => {
        if (program.stdout !== '') resolve(program.stdout.trim());
        child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
        child.once('exit', () => reject(new Error(program.stderr)));
      }),
    end() {
      child.kill('SIGTERM');
      return program.ended;
    },
  };
  child.stdout.on('data', (text: Buffer) => {
    program.stdout += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    program.stderr += text;
  });
  return program;
}
