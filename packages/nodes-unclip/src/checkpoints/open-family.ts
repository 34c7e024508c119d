import { canonicalJson } from '@unclip-studio/graph-core';
import { FORMULATIONS } from '../onnx/formulations.js';
import { CheckpointError, fileProblems } from '../weights/checkpoint-error.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { allOrProblems } from './all-or-problems.js';
import type { CheckpointSource, Piece } from './pieces.js';
import { TextFiles } from './text-files.js';

type Pieces = Readonly<Record<string, Piece<never>>>;

/** The pieces once they are read. */
export type Opened<All> = {
  readonly [Name in keyof All]: NonNullable<All[Name]> extends Piece<infer Value> ? Value : never;
};

/** The content of the files of one family of checkpoints, and the models made from them. */
export interface Family<First, Dependents, Made> {
  /** All that can be read at once; problems are reported in this order. */
  pieces(layout: CheckpointLayout): First | Promise<First>;
  /** What does not fit together, though each piece is sound. */
  misfits(opened: Opened<First>): Misfits;
  /** What can be read once it is known what the others are. */
  dependents(opened: Opened<First>, layout: CheckpointLayout): Dependents;
  make(name: string, opened: Opened<First> & Opened<Dependents>, identity: string): Made;
}

export interface Misfits {
  readonly problems: readonly string[];
  readonly advice: string;
}

export interface OpenFamilyOptions {
  /** A digest as text, like sha256 in hexadecimal. */
  hash(content: string | Uint8Array): string;
  /** Returns the earlier result for a key, from any process; computes it otherwise. */
  readonly remember?: (key: string, compute: () => string) => Promise<string>;
}

// Other providers come with their own models one day; until then one table serves.
export const FORMULATION = FORMULATIONS.cpu;

/**
 * Opens a checkpoint of a family: reads configs and weight headers, and only the sha256 of the weights. Its identity is
 * computed from the content of all pieces, so that it is the same for any layout on disk.
 *
 * @throws CheckpointError with all problems of the checkpoint: file, key or tensor, expected, got, what to do
 */
export async function openFamily<First, Dependents, Made>(
  name: string,
  { family, layout }: { readonly family: Family<First, Dependents, Made>; readonly layout: CheckpointLayout },
  { hash, remember = async (_, compute) => compute() }: OpenFamilyOptions,
): Promise<Made> {
  const source = { layout, texts: new TextFiles(layout), options: { formulation: FORMULATION, hash, remember } };
  const first = await openPieces(await family.pieces(layout), source);
  const { problems, advice } = family.misfits(first.opened);
  if (problems.length > 0) throw fileProblems('config.json files', problems, { fault: 'damaged', cure: advice });
  const dependent = await openPieces(family.dependents(first.opened, layout), source);
  const identity = hash(canonicalJson({ ...first.content, ...dependent.content }));
  return family.make(name, { ...first.opened, ...dependent.opened }, identity);
}

/** Prefixes a message about a checkpoint with its name. @param label `Checkpoint "tiny"` */
export async function nameProblems<Value>(label: string, open: () => Promise<Value>): Promise<Value> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${label}: ${error.message}.`, { cause: error });
  }
}

async function openPieces<All>(
  pieces: All,
  source: CheckpointSource,
): Promise<{ readonly opened: Opened<All>; readonly content: Readonly<Record<string, unknown>> }> {
  const named = Object.entries(pieces as Pieces);
  const values = await allOrProblems(named.map(([, piece]) => piece.open(source)));
  const opened = Object.fromEntries(named.map(([name], i) => [name, values[i]]));
  const contents = named.flatMap(([name, piece], i): [string, unknown][] =>
    // Each value is the one opened by its own piece.
    piece.content === undefined ? [] : [[name, piece.content(values[i] as never)]],
  );
  return { opened: opened as Opened<All>, content: Object.fromEntries(contents) };
}

/** Pairs of numbers in two configs that have to be equal. */
export function unequal(
  pairs: readonly (readonly [what: string, value: number | null, otherWhat: string, other: number])[],
): readonly string[] {
  return pairs
    .filter(([, value, , other]) => value !== other)
    .map(([what, value, otherWhat, other]) => `${what} is ${value ?? 'missing'}, but ${otherWhat} is ${other}`);
}
