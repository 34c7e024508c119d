import { fileProblems } from '../checkpoint-error.js';

/** The shapes of the tensors under one prefix of a checkpoint in one file, by their names without the prefix. */
export class Shapes {
  readonly #file: string;
  readonly #prefix: string;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  constructor(file: string, prefix: string, tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>) {
    this.#file = file;
    this.#prefix = prefix;
    const own = [...tensors].filter(([name]) => name.startsWith(prefix));
    this.#shapes = new Map(own.map(([name, { shape }]) => [name.slice(prefix.length), shape]));
  }

  has(name: string): boolean {
    return this.#shapes.has(name);
  }

  names(): readonly string[] {
    return [...this.#shapes.keys()];
  }

  rank(name: string): number {
    return this.#shape(name).length;
  }

  /** @throws CheckpointError if there is no such tensor, or it has fewer axes */
  dim(name: string, axis: number): number {
    const dim = this.#shape(name)[axis];
    if (dim === undefined) throw this.#unfit(`tensor "${this.#prefix}${name}": expected more axes`);
    return dim;
  }

  /** How many there are of the names that `nameOf` gives for 0, 1, 2 ... */
  count(nameOf: (i: number) => string): number {
    let count = 0;
    while (this.#shapes.has(nameOf(count))) count++;
    return count;
  }

  #shape(name: string): readonly number[] {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw this.#unfit(`missing tensor "${this.#prefix}${name}"`);
    return shape;
  }

  #unfit(problem: string): Error {
    return fileProblems(this.#file, [problem], {
      fault: 'not-supported',
      cure: 'This is neither an unCLIP model nor a plain Stable Diffusion 1 or 2',
    });
  }
}
