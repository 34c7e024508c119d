import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An input that failed once, and its expected result. */
export interface KnownFault {
  /** A path below test/fixtures, or how the checkpoint is called that is made. */
  readonly name: string;
  /** What {@link attempt} must give. */
  readonly right: string | RegExp;
  /**
   * Tries the input as a user does.
   *
   * @param folder an empty one
   * @returns what came of it, in one line; a refusal of ours begins with `refused: `
   */
  attempt(folder: string): Promise<string>;
}

export interface Verdict {
  readonly name: string;
  readonly isRight: boolean;
  readonly right: string;
  readonly got: string;
}

export async function tryFault({ name, right, attempt }: KnownFault): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-fault-'));
  try {
    const got = await attempt(folder).catch((error: unknown) => `ended by ${String(error)}`);
    const isRight = typeof right === 'string' ? got === right : right.test(got);
    return { name, isRight, right: String(right), got };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param kinds names of our own errors; what else is thrown is a bug */
export function orRefused(error: unknown, kinds: readonly string[]): string {
  if (error instanceof Error && kinds.includes(error.name)) return `refused: ${error.message}`;
  throw error;
}

export function subfolder(parent: string, ...names: readonly string[]): string {
  const folder = join(parent, ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
