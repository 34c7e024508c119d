import { type ChildProcess, spawn } from 'node:child_process';

/** A program that a test may kill, freeze and start again. */
export interface Restartable {
  start(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface RestartableOptions {
  readonly name: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Asked again and again until it is. */
  isUp(): Promise<boolean>;
  /** How long and how often it is polled. */
  readonly patienceMs: number;
  readonly pauseMs: number;
}

/** It is not started yet. */
export function createRestartable({ name, command, isUp, patienceMs, pauseMs }: RestartableOptions): Restartable {
  let child: ChildProcess | undefined;
  return {
    async start() {
      const [file = '', ...args] = command;
      child = spawn(file, args, { stdio: 'ignore' });
      for (let left = patienceMs / pauseMs; !(await isUp()); left--) {
        if (left <= 0) throw new Error(`${name} does not start`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    async kill() {
      const dying = child;
      child = undefined;
      if (dying === undefined) return;
      const gone = new Promise((resolve) => dying.once('close', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}
