import type { RunUpdate } from '@unclip-studio/protocol';
import { createRunUpdates, mergeUpdates } from '../worker/run-updates.js';
import type { JobProgress, JobResult } from './queue-messages.js';

type Progress = Pick<JobProgress, 'seq' | 'updates'>;

export interface ProgressWriterOptions {
  /** Waits for a Redis that is away. Rejects if Redis does not take it. */
  write(progress: Progress): Promise<void>;
  /** Whether writing it again is useless. */
  isFinal(error: unknown): boolean;
  /** Nothing can be written any more. */
  onFinal(): void;
}

/** Writes the progress of one job: one write at a time, with all that has happened since the last one. */
export interface ProgressWriter {
  add(updates: readonly RunUpdate[]): void;
  /** Resolves when everything is written, or was rejected. @returns what the result should contain about it */
  finish(): Promise<Pick<JobResult, 'seq' | 'updates'>>;
}

export function createProgressWriter({ write, isFinal, onFinal }: ProgressWriterOptions): ProgressWriter {
  const all = createRunUpdates();
  let waiting: readonly RunUpdate[] = [];
  let seq = 0;
  let isOver = false;
  let writing: Promise<void> | undefined;

  /** @returns whether Redis took it */
  async function writeOnce(): Promise<boolean> {
    const updates = waiting;
    waiting = [];
    try {
      await write({ seq, updates });
      seq++;
      return true;
    } catch (error) {
      // Such as of a Redis that is full; it is written with what happens next.
      waiting = mergeUpdates(updates, waiting);
      isOver = isFinal(error);
      if (isOver) onFinal();
      return false;
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 && (await writeOnce()));
    writing = undefined;
  }

  return {
    add(updates) {
      if (updates.length === 0) return;
      for (const update of updates) all.add(update);
      waiting = waiting.length === 0 ? updates : mergeUpdates(waiting, updates);
      if (!isOver) writing ??= writeAll();
    },
    async finish() {
      await writing;
      // One that was not written is one that the server has missed.
      return { seq: waiting.length === 0 ? seq : seq + 1, updates: all.take() };
    },
  };
}
