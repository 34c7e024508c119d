/** A package with additional nodes, as far as workflows are concerned. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** From older versions to newer ones. */
  readonly migrations: readonly NodeMigration[];
}

/**
 * What became of one node type in a version of its package, as data, so that workflows are migrated wherever they are read.
 * Types are named without the package.
 */
export interface NodeMigration {
  /** The first version of the package whose nodes have the new form. */
  readonly version: string;
  /** The type before it. */
  readonly type: string;
  readonly renameType?: string;
  /** Old name -> new name. */
  readonly renameInputs?: Readonly<Record<string, string>>;
  readonly renameOutputs?: Readonly<Record<string, string>>;
  readonly renameParams?: Readonly<Record<string, string>>;
  /** New name of a param -> old value -> new value, such as options of a choice. */
  readonly renameValues?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** New params -> the value with which the node behaves as before. */
  readonly setParams?: Readonly<Record<string, number | string | boolean>>;
  readonly removeInputs?: readonly string[];
  readonly removeParams?: readonly string[];
}

/** The package in `PACKAGE/Type`; `undefined` for the types of this program. */
export function packageOfType(type: string): string | undefined {
  return /^((?:@[a-z0-9._-]+\/)?[a-z0-9._-]+)\/[\w-]+$/.exec(type)?.[1];
}

/** Such as `1.2.0` and `2.0.0-beta.1`. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,9}\.\d{1,9}\.\d{1,9}[\w.+-]{0,40}$/.test(value);
}

/**
 * Sorts versions as npm does: numbers first, and what has a suffix such as `-beta.1` before what has none. Numbers that one
 * of them lacks, as in versions of other registries, are 0.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.suffix === right.suffix) return 0;
  if (left.suffix === '' || right.suffix === '') return left.suffix === '' ? 1 : -1;
  return left.suffix < right.suffix ? -1 : 1;
}

/** The packages that are here, by name. */
export interface KnownPackages {
  readonly packages: ReadonlyMap<string, NodePackage>;
}

function partsOf(version: string): { readonly numbers: readonly number[]; readonly suffix: string } {
  const [numbers = '', suffix = ''] = version.split('+')[0]?.split(/-(.*)/s) ?? [];
  return { numbers: numbers.split('.').map(Number), suffix };
}
