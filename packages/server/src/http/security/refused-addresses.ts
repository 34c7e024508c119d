import type { Logger } from '../log.js';
import { readAllowedHost, readAllowedOrigin } from './allow-lists.js';

/** Informs the operator about a rejected Host or Origin. */
export type TellRefused = (kind: 'host' | 'origin', value: string | undefined) => void;

// Anyone can send any number of names; what an operator mistyped is among the first.
const MAX_TOLD = 100;
const MAX_SHOWN_LENGTH = 200;

/** Logs each refused Host and Origin once, with the option that would allow it. */
export function createTellRefused(log: Pick<Logger, 'warn'>): TellRefused {
  const told = new Set<string>();
  return (kind, value = '') => {
    const shown = value.slice(0, MAX_SHOWN_LENGTH);
    const key = `${kind} ${shown}`;
    if (told.has(key) || told.size >= MAX_TOLD) return;
    told.add(key);
    log.warn({ [kind]: shown, option: optionFor(kind, shown) }, wordsFor(kind, shown));
  };
}

function wordsFor(kind: 'host' | 'origin', value: string): string {
  const option = optionFor(kind, value);
  const what = kind === 'host' ? `a request for the host "${value}"` : `a request from a page of "${value}"`;
  if (option === undefined) return `refused ${what}; no option allows it`;
  return `refused ${what}; if that is this server, start it with ${option}`;
}

/** @returns `undefined` for what no option can allow, such as the origin `null` of sandboxed pages */
function optionFor(kind: 'host' | 'origin', value: string): string | undefined {
  if (kind === 'origin') {
    const origin = readAllowedOrigin(value);
    return origin === undefined ? undefined : `--allow-origin ${origin}`;
  }
  const host = readAllowedHost(value)?.replace(/:\d+$/, '');
  return host === undefined ? undefined : `--allow-host ${host}`;
}
