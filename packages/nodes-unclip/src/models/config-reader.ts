import { isJsonObject, type JsonObject, showJson } from '../json-object.js';
import { fileProblems } from '../weights/checkpoint-error.js';

const NOT_SUPPORTED = 'This program cannot run such a model; choose another checkpoint';

/**
 * Reads the keys of one config.json and collects every problem, so that `finish` can report all at once. A getter that
 * found a problem returns a placeholder that is never used, because `finish` throws.
 */
export class ConfigReader {
  readonly #file: string;
  #json: JsonObject;
  readonly #problems: string[] = [];
  readonly #settings = new Map<string, unknown>();

  constructor(file: string, json: unknown) {
    this.#file = file;
    this.#json = isJsonObject(json) ? json : {};
    if (!isJsonObject(json)) this.#problems.push('expected a JSON object');
  }

  /** Reads the config of one tower of CLIP; a whole CLIPModel has it inside its own. */
  static ofTower(file: string, json: unknown, key: 'text_config' | 'vision_config'): ConfigReader {
    if (!isJsonObject(json) || !isJsonObject(json[key])) return new ConfigReader(file, json);
    const { projection_dim: projectionDim = 512 } = json;
    return new ConfigReader(file, { projection_dim: projectionDim, ...json[key] });
  }

  /**
   * Reads a list of `length` equal values, which diffusers writes for what may differ from level to level, as that value.
   * Other lists are left for the getters to refuse.
   */
  takeRepeated(keys: readonly string[], length: number): void {
    const repeated = keys.flatMap((key): [string, unknown][] => {
      const list = this.#json[key];
      if (!Array.isArray(list) || list.length !== length || length === 0) return [];
      const [first] = list as readonly unknown[];
      return list.every((item) => item === first) ? [[key, first]] : [];
    });
    if (repeated.length > 0) this.#json = { ...this.#json, ...Object.fromEntries(repeated) };
  }

  /**
   * The values read, without those equal to their default: files that omit them mean the same. An option that is
   * supported later leaves the settings of older checkpoints unchanged, as long as its default is the old behavior.
   */
  settings(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#settings);
  }

  positiveInteger(key: string, fallback?: number): number {
    const value = this.#read(key, fallback);
    if (isPositiveInteger(value)) return value;
    return this.#refuse(key, 'a whole number above 0', 1);
  }

  positiveNumber(key: string, fallback?: number): number {
    const value = this.#read(key, fallback);
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    return this.#refuse(key, 'a number above 0', 1);
  }

  number(key: string, fallback?: number): number {
    const value = this.#read(key, fallback);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.#refuse(key, 'a number', 0);
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#read(key, fallback);
    if (typeof value === 'boolean') return value;
    return this.#refuse(key, 'true or false', fallback);
  }

  /** One value is used for all `length` of them. */
  booleanPerLevel(key: string, length: number, fallback: boolean): readonly boolean[] {
    const value = this.#read(key, fallback);
    if (typeof value === 'boolean') return Array.from({ length }, () => value);
    if (Array.isArray(value) && value.length === length && value.every((one) => typeof one === 'boolean')) return value;
    return this.#refuse(
      key,
      `true, false or ${length} of them`,
      Array.from({ length }, () => fallback),
    );
  }

  positiveIntegers(key: string): readonly number[] {
    const value = this.#read(key);
    if (Array.isArray(value) && value.length > 0 && value.every(isPositiveInteger)) return value;
    return this.#refuse(key, 'a list of whole numbers above 0', [1]);
  }

  /** One number is used for all `length` of them. */
  positiveIntegerPerLevel(key: string, length: number, fallback?: number): readonly number[] {
    const value = this.#read(key, fallback);
    if (isPositiveInteger(value)) return Array.from({ length }, () => value);
    if (Array.isArray(value) && value.length === length && value.every(isPositiveInteger)) return value;
    return this.#refuse(
      key,
      `a whole number above 0 or ${length} of them`,
      Array.from({ length }, () => 1),
    );
  }

  oneOf<const Choice extends string>(key: string, choices: readonly [Choice, ...Choice[]], fallback?: Choice): Choice {
    const value = this.#read(key, fallback);
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    return this.#refuse(key, choices.map((name) => JSON.stringify(name)).join(' or '), choices[0]);
  }

  oneOfPerLevel<const Choice extends string>(
    key: string,
    length: number,
    choices: readonly [Choice, ...Choice[]],
  ): readonly Choice[] {
    const value = this.#read(key);
    const named = Array.isArray(value) ? value.map((item) => choices.find((choice) => choice === item)) : [];
    const known = named.filter((choice) => choice !== undefined);
    if (known.length === length && named.length === length) return known;
    const expected = `${length} times ${choices.map((name) => JSON.stringify(name)).join(' or ')}`;
    return this.#refuse(
      key,
      expected,
      Array.from({ length }, () => choices[0]),
    );
  }

  /** Demands that an option which changes the architecture is unused: left out, null or `neutral`. */
  unused(key: string, neutral: string | number | boolean | null = null): void {
    const value = this.#json[key];
    if (value === undefined || value === null || value === neutral) return;
    this.#refuse(key, `${JSON.stringify(neutral)}, other values being unsupported`, null);
  }

  /** Demands one of several names for the same thing, which is therefore none of the settings. */
  oneMeaning(key: string, names: readonly [string, ...string[]]): void {
    const value = this.#json[key];
    if (value === undefined || value === null || names.some((name) => name === value)) return;
    this.#refuse(key, names.map((name) => JSON.stringify(name)).join(' or '), null);
  }

  /** The same of a list, all of whose numbers must be `neutral`. */
  unusedList(key: string, neutral: number): void {
    const value = this.#json[key];
    if (value === undefined || value === null) return;
    if (Array.isArray(value) && value.every((item) => item === neutral)) return;
    this.#refuse(key, `null or ${neutral} throughout, other values being unsupported`, null);
  }

  isNull(key: string): boolean {
    return (this.#json[key] ?? null) === null;
  }

  /** Adds a problem which concerns several keys. */
  require(holds: boolean, problem: string): void {
    // Placeholders of broken keys would only cause false problems.
    if (!holds && this.#problems.length === 0) this.#problems.push(problem);
  }

  /** @throws CheckpointError with all problems, if there are any */
  finish<Config>(config: Config): Config {
    if (this.#problems.length > 0)
      throw fileProblems(this.#file, this.#problems, { fault: 'not-supported', cure: NOT_SUPPORTED });
    return config;
  }

  #read(key: string, fallback?: unknown): unknown {
    const value = this.#json[key] ?? fallback;
    if (value !== fallback) this.#settings.set(key, value);
    return value;
  }

  #refuse<StandIn>(key: string, expected: string, standIn: StandIn): StandIn {
    const value = this.#json[key];
    const got = value === undefined ? 'nothing' : shorten(showJson(value));
    this.#problems.push(`"${key}": expected ${expected}, got ${got}`);
    return standIn;
  }
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
