import { TooManyTasks } from './task-process.js';

/** Lets a few at a time do what takes much memory; the others wait in the order in which they came. */
export interface Turns {
  /** @throws TooManyTasks if too many wait already */
  take<Value>(work: () => Promise<Value>): Promise<Value>;
}

export interface TurnsOptions {
  /** For messages: "image". */
  readonly what: string;
  /** How many work at one time. */
  readonly width: number;
  readonly maxWaiting: number;
}

export function createTurns({ what, width, maxWaiting }: TurnsOptions): Turns {
  const waiting: (() => void)[] = [];
  let working = 0;

  async function enter(): Promise<void> {
    if (working < width) {
      working++;
      return;
    }
    if (waiting.length >= maxWaiting) {
      throw new TooManyTasks(
        `${waiting.length} ${what}s wait already; the limit is ${maxWaiting}. Try again in a moment.`,
      );
    }
    // The place is passed to the next waiter directly, so that no newcomer takes it.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) working--;
    else next();
  }

  return {
    async take(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
