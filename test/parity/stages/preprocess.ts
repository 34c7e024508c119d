import { readFile } from 'node:fs/promises';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import {
  type PreprocessConfig,
  preprocessClip,
  readPreprocessConfig,
  resizeAndCrop,
} from '@unclip-studio/nodes-unclip/testing';
import { decodeImage } from '@unclip-studio/server';
import { decodeDirect } from '../../support/decode-direct.js';
import { CaseChecks, toTolerance } from '../compare.js';
import { type GoldenCase, type GoldenSet, GoldenSetError } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

/** Images to CLIP's pixels: decoded, resized and cropped in uint8, normalised. */
export const preprocess: ParityStage = {
  stage: 'preprocess',
  async run(goldenCase, set) {
    const config = readConfig(goldenCase, set);
    const images = await Promise.all(namesOf(goldenCase).map((name) => decode(set, name, goldenCase.params['route'])));
    const checks = new CaseChecks(goldenCase, set);
    checks.output('rgb_hwc', joined(images.map((image) => image.data)));
    checks.output('resized_crop_hwc', joined(images.map((image) => resizeAndCrop(image, config).data)));
    const pixels = images.map((image) => preprocessClip(image, config));
    checks.output('pixel_values', joined(pixels.map((tensor) => tensor.data)), {
      dims: [images.length, ...(pixels[0]?.dims.slice(1) ?? [])],
      tolerance: pixelTolerance(goldenCase.tolerance),
    });
    return checks.result();
  },
};

/** Without a checkpoint the processor's own defaults apply, at the case's size. */
function readConfig({ params }: GoldenCase, set: GoldenSet): PreprocessConfig {
  const checkpoint = params['checkpoint'];
  if (typeof checkpoint === 'string') {
    return readPreprocessConfig(set.json(`checkpoints/${checkpoint}/feature_extractor/preprocessor_config.json`));
  }
  return readPreprocessConfig({ size: { shortest_edge: params['shortest_edge'] }, crop_size: params['crop'] });
}

function namesOf({ id, params }: GoldenCase): readonly string[] {
  const names: unknown = params['images'] ?? [params['image']];
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new GoldenSetError(`${id}: no image is named`);
}

async function decode(set: GoldenSet, name: string, route: unknown): Promise<RgbImage> {
  const bytes = await readFile(set.path(name)).catch((cause: unknown) => {
    throw new GoldenSetError(`${name} cannot be read`, { cause });
  });
  return route === 'direct' ? decodeDirect(bytes) : decodeImage(bytes, name);
}

/** The words of this stage name the one tolerance which is not exact. */
function pixelTolerance(tolerance: unknown) {
  const found = /pixel_values atol ([\d.e+-]+)/.exec(String(tolerance));
  return found === null ? toTolerance(tolerance) : { atol: Number(found[1]), rtol: 0 };
}

function joined<Values extends Uint8Array | Float32Array>(rows: readonly Values[]): readonly number[] {
  return rows.flatMap((row) => [...row]);
}
