import { type ChildProcess, fork } from 'node:child_process';
import { withReason } from '@unclip-studio/graph-core';
import type { Reason } from '@unclip-studio/protocol';
import { RETRY_AFTER_SECONDS } from '../limits.js';

/** A child process that does one task after the other, so that memory is that of one task. */
export interface TaskProcess<Task, Answer> {
  /**
   * @param prepare makes the task when its turn comes, so that what waits holds no bytes
   * @throws TooManyTasks at once if too many wait; TaskTooLong; Error if the process ends before it answers, and what
   *   `prepare` throws
   */
  run(prepare: () => Task | Promise<Task>): Promise<Answer>;
  close(): void;
}

export interface TaskProcessOptions {
  /** The main module, next to the caller: `./image-process.js` as built. */
  readonly script: string;
  /** For messages: "image", "import". */
  readonly what: string;
  /** Of one task, from when it begins. */
  readonly maxMs: number;
  readonly maxWaiting: number;
}

/** Too many tasks wait already; the client may ask again. */
export class TooManyTasks extends Error {
  override readonly name = 'TooManyTasks';
  readonly because: Reason = { code: 'server-busy' };
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;
}

/** The task took longer than it may, and was ended. */
export class TaskTooLong extends Error {
  override readonly name = 'TaskTooLong';
}

interface Current<Answer> {
  readonly id: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const IDLE_MS = 30_000;

/** The process starts at the first task, and leaves when there was none for a while. */
export function createTaskProcess<Task, Answer>(options: TaskProcessOptions): TaskProcess<Task, Answer> {
  const { what, maxMs, maxWaiting } = options;
  let child: ChildProcess | undefined;
  let current: Current<Answer> | undefined;
  let nextId = 0;
  let waiting = 0;
  let idleTimer: NodeJS.Timeout | undefined;
  let isClosed = false;
  // The waiting tasks, one after the other; never rejected.
  let turns: Promise<void> = Promise.resolve();

  function start(): ChildProcess {
    const started = forkProcess(options.script);
    started.on('message', (reply: { readonly id: number; readonly answer?: Answer; readonly error?: string }) => {
      if (reply.id !== current?.id) return;
      if (reply.answer !== undefined) current.resolve(reply.answer);
      else current.reject(new Error(`The ${what} process failed: ${reply.error}`));
    });
    started.on('exit', (code, signal) => {
      if (child !== started) return;
      child = undefined;
      current?.reject(new Error(`The ${what} process ended (${signal ?? code})`));
    });
    return started;
  }

  function stop(error: Error): void {
    const ending = child;
    child = undefined;
    ending?.kill('SIGKILL');
    current?.reject(error);
  }

  async function runNow(prepare: () => Task | Promise<Task>): Promise<Answer> {
    if (isClosed) throw new Error(`The ${what} process was ended`);
    const task = await prepare();
    clearTimeout(idleTimer);
    child ??= start();
    const running = child;
    const id = nextId++;
    const timer = setTimeout(() => {
      const error = new TaskTooLong(`The ${what} took longer than ${maxMs / 1000} s, which is the limit.`);
      stop(withReason(error, { code: 'took-too-long', seconds: maxMs / 1000 }));
    }, maxMs).unref();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        current = { id, resolve, reject };
        running.send({ id, task }, (error) => error && reject(error));
      });
    } finally {
      clearTimeout(timer);
      current = undefined;
      idleTimer = setTimeout(() => stop(new Error(`The ${what} process was ended`)), IDLE_MS).unref();
    }
  }

  return {
    run(prepare) {
      if (waiting >= maxWaiting) {
        throw new TooManyTasks(`${waiting} ${what}s wait already; the limit is ${maxWaiting}. Try again in a moment.`);
      }
      waiting++;
      const answer = turns.then(() => {
        waiting--;
        return runNow(prepare);
      });
      turns = answer.then(
        () => {},
        () => {},
      );
      return answer;
    },
    close() {
      isClosed = true;
      clearTimeout(idleTimer);
      stop(new Error(`The ${what} process was ended`));
    },
  };
}

function forkProcess(script: string): ChildProcess {
  return fork(script, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
