import { createInterface } from 'node:readline';

// pnpm reports what it does as one JSON object per line (`--reporter=ndjson`). Its own report names every package,
// including development ones, which is of no use to a user.

/**
 * Shows on stderr how far pnpm is, in a terminal by redrawing one line, and errors in its own words.
 *
 * @param child pnpm, with its output in pipes
 */
export function showProgress(child) {
  const counts = { resolved: 0, imported: 0 };
  const startedMs = Date.now();
  const line = createStatusLine();
  line.show('Installing packages ...');
  const hear = (text) => {
    const event = readEvent(text);
    if (event === undefined) line.print(text);
    else if (event.name === 'pnpm:progress' && event.status in counts) {
      counts[event.status] += 1;
      line.redraw(`Installing packages: ${counts.imported} of ${counts.resolved}`);
    } else if (event.name === 'pnpm:request-retry') {
      line.redraw('Installing packages: no answer from the package registry, trying again ...');
    } else if (event.level === 'error') line.print(`${event.message}\n`);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
  child.once('error', line.clear);
  child.once('close', (code) => {
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    if (code === 0) line.print(`Installed ${counts.imported} packages in ${seconds} s.`);
    else line.clear();
  });
}

/** Lines of npx, which fetches pnpm itself, are no events. */
function readEvent(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line on stderr that is redrawn; without a terminal, only what is necessary is printed. */
function createStatusLine({ stderr } = process) {
  const isWatched = stderr.isTTY === true;
  const clear = () => {
    if (isWatched) stderr.write('\r\x1b[K');
  };
  const redraw = (text) => {
    if (!isWatched) return;
    clear();
    stderr.write(text);
  };
  const print = (text) => {
    clear();
    stderr.write(`${text}\n`);
  };
  return { clear, redraw, print, show: isWatched ? redraw : print };
}
