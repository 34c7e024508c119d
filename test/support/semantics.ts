import { ImageJudge, type Reading } from './judge-image.js';
import type { VariationMaker } from './variations.js';

/** Example images, and what they show. */
export const SCENES: readonly Reading[] = [
  { concept: 'cat', ground: 'white' },
  { concept: 'pumpkin', ground: 'purple' },
  { concept: 'rocket', ground: 'yellow' },
  { concept: 'penguin', ground: 'beige' },
  { concept: 'heart', ground: 'light blue' },
];

/** Prompts, and what they ask for: none of it is what the scenes show at the same index. */
const PROMPTS: readonly (Reading & { readonly prompt: string })[] = [
  { prompt: 'a frog on a pink background', concept: 'frog', ground: 'pink' },
  { prompt: 'a rocket on a blue background', concept: 'rocket', ground: 'blue' },
  { prompt: 'a strawberry on a white background', concept: 'strawberry', ground: 'white' },
  { prompt: 'a pumpkin on a turquoise background', concept: 'pumpkin', ground: 'turquoise' },
  { prompt: 'a penguin on a green background', concept: 'penguin', ground: 'green' },
];

/** Shares of images, 0..1. */
export interface Kept {
  readonly concept: number;
  readonly ground: number;
}

export interface Semantics {
  readonly images: number;
  /** Variations that show what their input does, at noise level 0. */
  readonly kept0: Kept;
  /** The same at noise level 1000, where the image says nothing any more. */
  readonly kept1000: Kept;
  /** Images that show what their prompt says, at noise level 1000. */
  readonly prompted1000: Kept;
}

export interface SemanticsOptions {
  /** Images of each scene under each setting. */
  readonly count: number;
  readonly seed?: number;
  readonly steps?: number;
}

/** Makes variations of each scene under each setting, and reads what they show. */
export async function measureSemantics(
  maker: VariationMaker,
  { count, seed = 7, steps = 20 }: SemanticsOptions,
): Promise<Semantics> {
  const judge = await ImageJudge.open();
  const at = async (noiseLevel: number, prompts?: typeof PROMPTS): Promise<Kept> => {
    const readings: { readonly got: Reading; readonly expected: Reading }[] = [];
    for (const [i, scene] of SCENES.entries()) {
      const prompt = prompts?.[i];
      const images = await maker.make({
        ...{ 'photo.image': `${scene.concept}.png`, 'sample.count': count, 'sample.steps': steps },
        ...{ 'noise.seed': seed + i, 'noise.noiseLevel': noiseLevel, 'prompt.prompt': prompt?.prompt ?? '' },
      });
      readings.push(...(await judge.read(images)).map((got) => ({ got, expected: prompt ?? scene })));
    }
    const share = (key: keyof Reading) =>
      readings.filter(({ got, expected }) => got[key] === expected[key]).length / readings.length;
    return { concept: share('concept'), ground: share('ground') };
  };
  return {
    images: count * SCENES.length,
    kept0: await at(0),
    kept1000: await at(1000),
    prompted1000: await at(1000, PROMPTS),
  };
}
