import { Option as CommanderOption } from 'commander';
import type { Surroundings } from '../services/surroundings.js';
import { BadInput } from './exit-codes.js';

/** One flag, as `--help` shows it. */
export interface Flag {
  /** As in `--memory <size>`. */
  readonly flags: string;
  readonly help: string;
  /** Its default, as text. */
  readonly default?: string;
  /** The same as text, if it is not a string. */
  readonly otherwise?: string;
  /** The environment variable used instead; an empty one is ignored. */
  readonly env?: string;
  readonly choices?: readonly string[];
}

/** The typed values, by the attribute that commander derives from a flag. */
export type Typed = Readonly<Record<string, unknown>>;

/**
 * One decision of the user, by one flag or by several that belong together. It is defined once, in options.ts; the
 * help, the type and the value of a command's config follow from it.
 */
export interface Option<Value> {
  /** In the order in which the help shows them. */
  readonly flags: readonly (Flag & { readonly isRepeated?: true })[];
  /** @throws BadInput */
  read(typed: Typed, io: Surroundings): Value | Promise<Value>;
}

/** Name -> value. */
export type ValuesOf<Options> = {
  readonly [Name in keyof Options]: Options[Name] extends Option<infer Value> ? Value : never;
};

/** A text; `undefined` if it was not given and has no default. */
export function text(flag: Flag & { readonly default: string }): Option<string>;
export function text(flag: Flag): Option<string | undefined>;
export function text(flag: Flag): Option<string | undefined> {
  return single(flag, (given, { env }) => {
    if (typeof given === 'string') return given;
    return (flag.env && env[flag.env]) || flag.default;
  });
}

/** Texts of a flag that may be repeated. */
export function texts(flag: Flag): Option<readonly string[]> {
  const { flags, read } = single(flag, (given) => (Array.isArray(given) ? (given as readonly string[]) : []));
  return { flags: flags.map((one) => ({ ...one, isRepeated: true })), read };
}

/** One of some words. */
export function choice<Word extends string>(
  flag: Flag & { readonly choices: readonly Word[]; readonly default: Word },
): Option<Word>;
export function choice<Word extends string>(
  flag: Flag & { readonly choices: readonly Word[] },
): Option<Word | undefined>;
export function choice(flag: Flag): Option<string | undefined> {
  // Commander has refused all other words.
  return text(flag);
}

/** Whether `--something` was given, or `--no-something` was not. */
export function toggle(flag: Flag): Option<boolean> {
  const isNegated = flag.flags.startsWith('--no-');
  return single(flag, (given) => (typeof given === 'boolean' ? given : isNegated));
}

/** A text that may be left out behind the flag: `true` then. */
export function optionalText(flag: Flag): Option<string | true | undefined> {
  return single(flag, (given) => (typeof given === 'string' || given === true ? given : undefined));
}

/** An option with its text read further. */
export function parsed<From, Value>(
  option: Option<From>,
  read: (value: From, io: Surroundings) => Value | Promise<Value>,
): Option<Value> {
  return { flags: option.flags, read: async (typed, io) => read(await option.read(typed, io), io) };
}

/** Several flags that together decide one thing. */
export function together<Options extends Readonly<Record<string, Option<unknown>>>, Value>(
  options: Options,
  read: (values: ValuesOf<Options>, io: Surroundings) => Value | Promise<Value>,
): Option<Value> {
  return {
    flags: Object.values(options).flatMap(({ flags }) => flags),
    read: async (typed, io) => read(await readOptions(options, typed, io), io),
  };
}

/** An option for which a command has its own help text. */
export function explained<Value>(option: Option<Value>, ...helps: readonly string[]): Option<Value> {
  return { ...option, flags: option.flags.map((flag, i) => ({ ...flag, help: helps[i] ?? flag.help })) };
}

/** @throws BadInput with all that is wrong */
export async function readOptions<Options extends Readonly<Record<string, Option<unknown>>>>(
  options: Options,
  typed: Typed,
  io: Surroundings,
): Promise<ValuesOf<Options>> {
  const values: [string, unknown][] = [];
  const problems: string[] = [];
  for (const [name, option] of Object.entries(options)) {
    try {
      values.push([name, await option.read(typed, io)]);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new BadInput(problems);
  // Each value was read by the option of its name.
  return Object.fromEntries(values) as ValuesOf<Options>;
}

/** The flags for commander, which shows and parses them. */
export function commanderOptions({ flags }: Option<unknown>): readonly CommanderOption[] {
  return flags.map(({ flags: names, help, env, otherwise, choices, isRepeated, default: value }) => {
    const preset = otherwise ?? env;
    const option = new CommanderOption(names, preset === undefined ? help : `${help} (default: ${preset})`);
    if (choices !== undefined) option.choices(choices);
    if (value !== undefined) option.default(value);
    if (isRepeated) option.argParser((one: string, earlier: readonly string[] = []) => [...earlier, one]);
    return option;
  });
}

function single<Value>(flag: Flag, read: (given: unknown, io: Surroundings) => Value): Option<Value> {
  const attribute = new CommanderOption(flag.flags).attributeName();
  return { flags: [flag], read: (typed, io) => read(typed[attribute], io) };
}
