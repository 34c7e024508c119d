import { type ChildProcess, fork } from 'node:child_process';

interface TaskProcess<Task, Answer> {
  /** @throws Error if the process ends, or takes too long, before it answers */
  run(task: Task): Promise<Answer>;
  close(): void;
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const IDLE_MS = 30_000;
const TASK_MS = 30_000;

/** A child process that lives while there are tasks for it, and a while longer. */
export function createTaskProcess<Task, Answer>(): TaskProcess<Task, Answer> {
  const waiting = new Map<number, Waiting<Answer>>();
  let child: ChildProcess | undefined;
  let nextId = 0;
  let idleTimer: NodeJS.Timeout | undefined;

  function start(): ChildProcess {
    const started = forkProcess();
    started.on('message', (reply: { readonly id: number; readonly answer?: Answer; readonly error?: string }) => {
      const task = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.answer !== undefined) task?.resolve(reply.answer);
      else task?.reject(new Error(`The picture process failed: ${reply.error}`));
      if (waiting.size === 0) idleTimer = setTimeout(stop, IDLE_MS).unref();
    });
    started.on('exit', (code, signal) => {
      if (child !== started) return;
      child = undefined;
      for (const task of waiting.values()) task.reject(new Error(`The picture process ended (${signal ?? code})`));
      waiting.clear();
    });
    return started;
  }

  function stop(): void {
    const ending = child;
    child = undefined;
    ending?.kill('SIGKILL');
    for (const task of waiting.values()) task.reject(new Error('The picture process was ended'));
    waiting.clear();
  }

  return {
    run(task) {
      clearTimeout(idleTimer);
      child ??= start();
      const running = child;
      const id = nextId++;
      const answer = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }));
      const timer = setTimeout(stop, TASK_MS).unref();
      running.send({ id, task });
      return answer.finally(() => clearTimeout(timer));
    },
    close: stop,
  };
}

function forkProcess(): ChildProcess {
  const script = new URL('./picture-process.js', import.meta.url);
  return fork(script, { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
