import type { HubFile } from '../hub/list-files.js';
import type { PullProgress } from '../hub/pull-checkpoint.js';
import { toSize } from '../services/byte-size.js';
import type { Terminal } from './terminal.js';

export interface PullView extends PullProgress {
  /** Takes the bar away. */
  close(): void;
}

/** A moving bar where somebody watches, a line for each file in logs and pipes. */
export async function createPullView(terminal: Terminal): Promise<PullView> {
  return terminal.isWatched ? createBarView(terminal) : createLinesView(terminal);
}

function createLinesView(terminal: Terminal): PullView {
  return {
    onStart: (files) => tellStart(files, terminal),
    onBytes() {},
    onFile: (path) => terminal.err(path),
    close() {},
  };
}

async function createBarView(terminal: Terminal): Promise<PullView> {
  const createBar = await terminal.loadBars();
  const bar = createBar('[{bar}] {done} of {all}, {path}');
  return {
    onStart(files) {
      tellStart(files, terminal);
      const totalBytes = sumBytes(files);
      bar.start(totalBytes, 0, { done: toSize(0), all: toSize(totalBytes), path: '' });
    },
    onBytes: (path, doneBytes) => bar.update(doneBytes, { done: toSize(doneBytes), path }),
    onFile() {},
    close: () => bar.stop(),
  };
}

function tellStart(files: readonly HubFile[], terminal: Terminal): void {
  terminal.err(`Fetching ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${toSize(sumBytes(files))}.`);
  // A file from an address has its sha256 printed at the end, or it was given.
  const unchecked = files.filter(({ digest, source }) => digest === null && source === undefined);
  if (unchecked.length === 0) return;
  const names = unchecked.map(({ path }) => path);
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  terminal.err(`The hub lists no checksum of ${shown}: only the size is checked.`);
}

function sumBytes(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
