import type { Seed } from './seed.js';

interface ParamBase {
  /** The label of the field; the param's key when left out. */
  readonly label?: string;
  /** One sentence that says what the setting does. */
  readonly help: string;
  /**
   * It was added to a node of which saved results exist: at its default it is not part of fingerprints, so that
   * existing ones stay valid.
   */
  readonly added?: true;
}

/** A literal setting of a node, described as plain data so that it can cross the wire. */
export type Param =
  | NumberParam
  | IntegerParam
  | SeedParam
  | BooleanParam
  | TextParam
  | ChoiceParam
  | ImageParam
  | CheckpointParam;

export interface NumberParam extends ParamBase {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly unit?: string;
}

export interface IntegerParam extends ParamBase {
  readonly kind: 'integer';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** The value must be a multiple of this. */
  readonly multipleOf?: number;
  readonly unit?: string;
}

/** A whole number from 0 to 2^64 - 1. */
export interface SeedParam extends ParamBase {
  readonly kind: 'seed';
  readonly default: Seed;
}

export interface BooleanParam extends ParamBase {
  readonly kind: 'boolean';
  readonly default: boolean;
}

export interface TextParam extends ParamBase {
  readonly kind: 'text';
  readonly default: string;
  readonly multiline?: boolean;
  /** What it names, one per line: a param of another node as `node.param`, or images. Plain words when left out. */
  readonly names?: 'param' | 'image';
  /** In UTF-16 units, as `String.length` counts. */
  readonly maxLength: number;
  /** Files that a text may name, such as textual inversions in a prompt; they count by their content. */
  readonly files?: FilesInText;
  /** What other programs read in such a text and this node does not. */
  readonly unread?: readonly UnreadText[];
  /** A regular expression the whole text must match. */
  readonly pattern?: { readonly source: string; readonly meaning: string };
}

/** How a text names files. */
export interface FilesInText {
  /** The kind of model, as `model` of {@link CheckpointParam}. */
  readonly model: string;
  /** A regular expression of one naming; the group that matched is the name. */
  readonly pattern: string;
  /** If this param of the node has this value, a name without a file is not a problem; the node works without it. */
  readonly optionalWhere?: { readonly param: string; readonly is: string };
}

/** The names of the files in a text, each once. */
export function filesInText({ pattern }: FilesInText, text: string): readonly string[] {
  const names = [...text.matchAll(new RegExp(pattern, 'gu'))].map(([, ...groups]) => groups.find((one) => one));
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Something that another program reads in a text, and that is words here. */
export interface UnreadText {
  /** A regular expression of it. */
  readonly pattern: string;
  /** What to do instead; `$1` to `$9` are the groups of the pattern. */
  readonly advice: string;
}

/** One that a text has. */
interface FoundUnread {
  readonly text: string;
  readonly advice: string;
}

/** What a value of a param has that is not read, each once. */
export function unreadIn(param: Param, value: unknown): readonly FoundUnread[] {
  if (param.kind !== 'text' || param.unread === undefined || typeof value !== 'string') return [];
  const found = param.unread.flatMap(({ pattern, advice }) =>
    [...value.matchAll(new RegExp(pattern, 'gu'))].map(([text, ...groups]) => ({
      text,
      advice: advice.replace(/\$([1-9])/g, (_, group: string) => groups[Number(group) - 1] ?? ''),
    })),
  );
  return [...new Map(found.map((one) => [one.text, one])).values()];
}

export interface ChoiceParam extends ParamBase {
  readonly kind: 'choice';
  readonly default: string;
  readonly options: readonly string[];
  /** Option -> what the user reads; the option itself when left out. Files and the command line have the option. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The name of an image. Counts by the image's content, so a renamed file changes nothing. */
export interface ImageParam extends ParamBase {
  readonly kind: 'image';
  readonly default: '';
  /** The image is used as a mask. */
  readonly mask?: MaskReading;
}

/** How a node reads a mask that was painted: an image without transparency, white where the mask applies. */
export interface MaskReading {
  /** The other params of the node with which it reads such an image. */
  readonly params: Readonly<Record<string, string | boolean>>;
}

/** The name of an installed checkpoint. Counts by the checkpoint's identity, not by its name. */
export interface CheckpointParam extends ParamBase {
  readonly kind: 'checkpoint';
  readonly default: string;
  /** The kind of model, such as `vae`, if it is not a whole checkpoint. The host knows the location of each kind. */
  readonly model?: string;
  /** Checkpoints that came with earlier versions, by name: saved workflows name them, and they may be missing today. */
  readonly former?: Readonly<Record<string, FormerCheckpoint>>;
}

export interface FormerCheckpoint {
  /** The bundled checkpoint to use instead. */
  readonly replacement: string;
  /** Gets the former one back, when run in the folder of the program. */
  readonly command: string;
}

/** The TypeScript type of the value that a param holds. */
export type ParamValue<P extends Param> = P extends { kind: 'number' | 'integer' }
  ? number
  : P extends { kind: 'seed' }
    ? Seed
    : P extends { kind: 'boolean' }
      ? boolean
      : P extends { kind: 'choice'; options: readonly (infer Option)[] }
        ? Option
        : string;
