import { statfs } from 'node:fs/promises';
import { StoreFullError } from '../store/store-errors.js';

export interface DiskWatchOptions {
  readonly folder: string;
  /** How often to look whether there is room again. */
  readonly pollMs?: number;
  /** Called when the disk is full, and when there is room again. */
  onChange(isFull: boolean): void;
}

/** Holds changes back while the disk is full, and makes them, in order, as soon as there is room. */
export interface DiskWatch {
  isFull(): boolean;
  /** Makes a change now, or when there is room; later changes wait for earlier ones. Other errors are thrown. */
  settle(change: () => void): void;
  /** Somebody else found no room for so many bytes. */
  reportFull(neededBytes: number): void;
  close(): void;
}

// Space for the database's log and some progress, in addition to the file that did not fit.
const RESERVE_BYTES = 256 * 1024;

export function createDiskWatch({ folder, pollMs = 1_000, onChange }: DiskWatchOptions): DiskWatch {
  const waiting: (() => void)[] = [];
  let neededBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function reportFull(bytes: number): void {
    neededBytes = Math.max(neededBytes, bytes);
    if (timer !== undefined || isClosed) return;
    schedule();
    onChange(true);
  }

  function schedule(): void {
    timer = setTimeout(() => void look(), pollMs);
    timer.unref();
  }

  async function look(): Promise<void> {
    const freeBytes = await readFreeBytes(folder);
    if (isClosed) return;
    if (freeBytes < neededBytes + RESERVE_BYTES || !catchUp()) {
      schedule();
      return;
    }
    timer = undefined;
    neededBytes = 0;
    onChange(false);
  }

  /** @returns whether all waiting changes have been made */
  function catchUp(): boolean {
    for (let change = waiting[0]; change !== undefined; change = waiting[0]) {
      if (!fits(change)) return false;
      waiting.shift();
    }
    return true;
  }

  return {
    isFull: () => timer !== undefined,
    settle(change) {
      if (waiting.length === 0 && fits(change)) return;
      waiting.push(change);
      reportFull(0);
    },
    reportFull,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** A folder that is not accessible, such as when its disk is gone, has no space. */
async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize;
}

function fits(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (error instanceof StoreFullError) return false;
    throw error;
  }
}
