import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no small disk is available here; `undefined` if one is. */
export const noSmallDisk: string | undefined =
  process.platform !== 'linux' || process.getuid?.() !== 0 ? 'mounting a tmpfs takes root on Linux' : tryMount();

/** A disk of the running test's own, so small that it fills up. */
export function smallDisk(sizeBytes: number): string {
  const folder = mount(sizeBytes);
  onTestFinished(() => unmount(folder));
  return folder;
}

function mount(sizeBytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return folder;
}

function unmount(folder: string): void {
  // Lazily: a worker that is about to leave may still have a file open.
  execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true });
}

function tryMount(): string | undefined {
  try {
    unmount(mount(1_000_000));
    return undefined;
  } catch (error) {
    return `mounting a tmpfs is not permitted here (${(error as Error).message.trim()})`;
  }
}
