import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that went wrong, and how to have it again. */
export interface Finding {
  /** The parser, or the route. */
  readonly target: string;
  readonly number: number;
  readonly what: string;
  /** What was read or sent, as far as it can be written down. */
  readonly input?: Uint8Array | string;
}

export interface Findings {
  add(finding: Finding): void;
  count(): number;
}

// A bug is found again and again; the first findings are enough.
const SHOWN_OF_A_KIND = 3;
const SHOWN_CHARACTERS = 1500;

/** Prints findings, and keeps their inputs in a folder. */
export function createFindings(folder: string, seed: number): Findings {
  const seen = new Map<string, number>();
  let count = 0;
  return {
    add({ target, number, what, input }) {
      count++;
      const kind = `${target} ${what.replace(/\d+/g, '0').slice(0, 60)}`;
      const before = seen.get(kind) ?? 0;
      seen.set(kind, before + 1);
      if (before >= SHOWN_OF_A_KIND) return;
      const line = `FOUND ${target} case ${number}: ${what.slice(0, SHOWN_CHARACTERS)}\n  again: npm run fuzz -- --seed ${seed} --only ${target} --case ${number}`;
      if (input === undefined) return console.log(line);
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${target.replace(/\W+/g, '-')}-${number}`);
      writeFileSync(file, input);
      console.log(`${line}\n  input: ${file}`);
    },
    count: () => count,
  };
}
