import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findMutations, type Mutation, type MutationKind } from './mutations.js';
import type { Workbench } from './workbench.js';

const PACKAGES = ['protocol', 'client', 'graph-core', 'nodes-unclip', 'comfyui', 'server', 'editor'];

/** One round of kinds, repeated: by how often such faults are made, and how many places of each kind there are. */
const ROUND: readonly MutationKind[] = [
  ...['comparison', 'guard', 'constant', 'await', 'comparison', 'guard', 'constant', 'event', 'comparison', 'guard'],
  ...['constant', 'await', 'comparison', 'guard', 'event', 'await', 'comparison', 'guard', 'constant', 'sync'],
] as MutationKind[];

/** All mutations of the packages' sources whose paths begin with `prefix`, in the order of the files. */
export function listMutations(bench: Workbench, prefix: string): readonly Mutation[] {
  return PACKAGES.flatMap((name) => {
    const folder = `packages/${name}/src`;
    const files = readdirSync(join(bench.folder, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && file.startsWith(prefix));
    return files.sort().flatMap((file) => findMutations(file, bench.read(file)));
  });
}

/** Draws mutations without end or until there are no more, no place twice: the same ones from the same seed. */
export function* drawMutations(all: readonly Mutation[], seed: number): Generator<Mutation> {
  const random = randomNumbers(seed);
  const left = new Map<MutationKind, Mutation[]>();
  for (const mutation of all) left.set(mutation.kind, [...(left.get(mutation.kind) ?? []), mutation]);
  const drawn = new Set<string>();
  for (let index = 0; [...left.values()].some((mutations) => mutations.length > 0); index++) {
    const mutations = left.get(ROUND[index % ROUND.length] as MutationKind) ?? [];
    const [mutation] = mutations.splice(Math.floor(random() * mutations.length), 1);
    const place = mutation && `${mutation.file}:${mutation.start}`;
    if (mutation === undefined || place === undefined || drawn.has(place)) continue;
    drawn.add(place);
    yield mutation;
  }
}

/** Mulberry32: numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
