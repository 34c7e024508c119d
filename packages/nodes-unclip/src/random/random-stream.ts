import { type Seed, seedPlus, withReason } from '@unclip-studio/graph-core';
import { TorchGenerator, type TorchGeneratorState } from './torch-generator.js';

/** The state of a stream. Plain data, never changed. */
export interface RandomStreamState {
  /** Of the stream of all images, or of the first one. */
  readonly state: TorchGeneratorState;
  /** Of the second and following images, each in its own stream; one stream for all images when left out. */
  readonly others?: readonly TorchGeneratorState[];
}

/** The stream does not have as many parts as there are images. */
class RandomStreamError extends Error {
  override readonly name = 'RandomStreamError';
}

/**
 * The random numbers of a batch: one stream for all of its images, as with one generator in diffusers, or one for each image, as
 * with a list of generators. Of those each image can be made again alone.
 */
export class RandomStream {
  readonly #generators: readonly TorchGenerator[];
  readonly #isPerImage: boolean;

  private constructor(generators: readonly TorchGenerator[], isPerImage: boolean) {
    this.#generators = generators;
    this.#isPerImage = isPerImage;
  }

  /** One stream for all images. */
  static fromSeed(seed: Seed): RandomStream {
    return new RandomStream([new TorchGenerator(seed)], false);
  }

  /** A stream for each image: of the seed for the first, of the seed plus `step` for the second, and so on. */
  static perImage(seed: Seed, images: number, step: 0 | 1 = 1): RandomStream {
    const seeds = Array.from({ length: images }, (_, i) => seedPlus(seed, i * step));
    return new RandomStream(
      seeds.map((one) => new TorchGenerator(one)),
      true,
    );
  }

  /** Continues from `state`; afterwards the two are independent. */
  static fromState({ state, others }: RandomStreamState): RandomStream {
    return new RandomStream([state, ...(others ?? [])].map(TorchGenerator.fromState), others !== undefined);
  }

  /** Continues from `state` of this stream, regardless of what was drawn before. */
  restore({ state, others = [] }: RandomStreamState): void {
    const states = [state, ...others];
    for (const [i, generator] of this.#generators.entries()) {
      const own = states[i];
      if (own === undefined) throw new Error('Internal error: the state of another random stream');
      generator.restore(own);
    }
  }

  state(): RandomStreamState {
    const [state, ...others] = this.#generators.map((generator) => generator.state());
    if (state === undefined) throw new Error('Internal error: a random stream without generators');
    return this.#isPerImage ? { state, others } : { state };
  }

  /**
   * Standard normal numbers for all of a batch, the first image's first. Where each image has a stream and there are fewer rows than
   * images, only the first streams are drawn from.
   *
   * @param rows of the batch, equal in size
   * @throws RandomStreamError if there are more rows than streams
   */
  randn(count: number, rows: number): Float32Array {
    const [all] = this.#generators;
    if (!this.#isPerImage && all !== undefined) return all.randn(count);
    if (rows > this.#generators.length) {
      throw withReason(
        new RandomStreamError(
          `The connected generator holds a random stream for each of ${this.#generators.length} images, but ${rows} are drawn. ` +
            'Make as many here as where it comes from, or disconnect it.',
        ),
        { code: 'batches-differ', expected: this.#generators.length, got: rows },
      );
    }
    const values = new Float32Array(count);
    const size = count / rows;
    for (let row = 0; row < rows; row++) {
      // There are at least as many.
      values.set((this.#generators[row] as TorchGenerator).randn(size), row * size);
    }
    return values;
  }
}
