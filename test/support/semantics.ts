import { type Reading, readPicture } from './read-picture.js';
import type { VariationMaker } from './variations.js';

/** The bundled example pictures of one object, and what they show. */
export const SCENES: Readonly<Record<string, Reading>> = {
  'blue-star.png': { object: 'yellow', ground: 'blue' },
  'red-heart.png': { object: 'red', ground: 'cyan' },
  'green-ring.png': { object: 'green', ground: 'pink' },
  'purple-moon.png': { object: 'purple', ground: 'yellow' },
  'orange-cross.png': { object: 'orange', ground: 'black' },
};

const PROMPTED: Reading = { object: 'white', ground: 'green' };
const PROMPT = 'a large white circle on a green background';

/** Shares of pictures, 0..1. */
export interface Kept {
  readonly object: number;
  readonly ground: number;
}

export interface Semantics {
  readonly pictures: number;
  /** Variations that keep the input's colours, at noise level 0. */
  readonly kept0: Kept;
  /** The same at noise level 1000, where the picture says nothing any more. */
  readonly kept1000: Kept;
  /** Pictures that show the prompt's colours, at noise level 1000. */
  readonly prompted1000: Kept;
}

/** Makes `count` pictures of each scene under each setting and reads their colours from the pixels. */
export async function measureSemantics(maker: VariationMaker, count: number): Promise<Semantics> {
  const at = async (settings: Readonly<Record<string, string | number>>, expected: (scene: Reading) => Reading) => {
    const readings: { readonly got: Reading; readonly expected: Reading }[] = [];
    for (const [name, scene] of Object.entries(SCENES)) {
      const pictures = await maker.make({ 'photo.image': name, 'sample.count': count, 'noise.seed': 7, ...settings });
      for (const picture of pictures) readings.push({ got: readPicture(picture), expected: expected(scene) });
    }
    const share = (key: keyof Reading) =>
      readings.filter(({ got, expected: wanted }) => got[key] === wanted[key]).length / readings.length;
    return { object: share('object'), ground: share('ground') };
  };
  return {
    pictures: count * Object.keys(SCENES).length,
    kept0: await at({ 'noise.noiseLevel': 0 }, (scene) => scene),
    kept1000: await at({ 'noise.noiseLevel': 1000 }, (scene) => scene),
    prompted1000: await at({ 'noise.noiseLevel': 1000, 'prompt.prompt': PROMPT }, () => PROMPTED),
  };
}
