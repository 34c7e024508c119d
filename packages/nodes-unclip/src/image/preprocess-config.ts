/** What CLIP's image processor does before the model, as far as it can be set. */
export interface PreprocessConfig {
  /** The short side after the resize, in pixels. */
  readonly shortestEdge: number;
  /** Set if the config gives both sides: the image is resized to exactly these, regardless of its aspect ratio. */
  readonly exactSize?: { readonly widthPx: number; readonly heightPx: number };
  /** Both sides of the centre crop, in pixels: what the model takes. */
  readonly cropSize: number;
  /** Brings 0..255 to 0..1. */
  readonly rescaleFactor: number;
  /** Per channel, red first. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** A preprocessor_config.json asks for something else than CLIP's preprocessing, or holds nonsense. */
export class PreprocessConfigError extends Error {
  override readonly name = 'PreprocessConfigError';
}

const BICUBIC = 3;
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;

/**
 * Reads a parsed preprocessor_config.json. A missing key takes the default of transformers' CLIPImageProcessor.
 *
 * @throws PreprocessConfigError naming the key
 * @see transformers 5.23.0, models/clip/image_processing_clip.py
 */
export function readPreprocessConfig(json: unknown): PreprocessConfig {
  if (!isRecord(json)) throw new PreprocessConfigError('preprocessor_config.json: expected an object');
  for (const key of ['do_resize', 'do_center_crop', 'do_rescale', 'do_normalize']) {
    if (!(json[key] ?? true)) refuse(key, 'true: the step cannot be left out', json[key]);
  }
  if ((json.resample ?? BICUBIC) !== BICUBIC) refuse('resample', `${BICUBIC} (bicubic)`, json.resample);
  return {
    ...readSize(json.size ?? 224),
    cropSize: readCropSize(json.crop_size ?? 224),
    rescaleFactor: readPositive('rescale_factor', json.rescale_factor ?? 1 / 255),
    mean: readChannels('image_mean', json.image_mean ?? CLIP_MEAN),
    std: readChannels('image_std', json.image_std ?? CLIP_STD).map((std) =>
      readPositive('image_std', std),
    ) as unknown as PreprocessConfig['std'],
  };
}

function readSize(size: unknown): Pick<PreprocessConfig, 'shortestEdge' | 'exactSize'> {
  const expected = 'a number, {"shortest_edge": number} or {"height", "width"}';
  if (!isRecord(size) || (size.shortest_edge ?? null) !== null) {
    return { shortestEdge: readPixels('size', isRecord(size) ? size.shortest_edge : size, expected, size) };
  }
  const heightPx = readPixels('size', size.height, expected, size);
  const widthPx = readPixels('size', size.width, expected, size);
  return { shortestEdge: Math.min(heightPx, widthPx), exactSize: { widthPx, heightPx } };
}

function readCropSize(size: unknown): number {
  const expected = 'a number or {"height", "width"} of one value';
  if (!isRecord(size)) return readPixels('crop_size', size, expected, size);
  if (size.height !== size.width) refuse('crop_size', expected, size);
  return readPixels('crop_size', size.height, expected, size);
}

function readPixels(key: string, value: unknown, expected: string, whole: unknown): number {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 4096;
  return fits ? value : refuse(key, `${expected}, 1..4096 pixels`, whole);
}

function readPositive(key: string, value: unknown): number {
  const fits = typeof value === 'number' && Number.isFinite(value) && value > 0;
  return fits ? value : refuse(key, 'a number above 0', value);
}

function readChannels(key: string, value: unknown): PreprocessConfig['mean'] {
  const channels: readonly unknown[] = Array.isArray(value) ? value : [];
  const [red, green, blue] = channels;
  const fits = channels.length === 3 && isNumber(red) && isNumber(green) && isNumber(blue);
  return fits ? [red, green, blue] : refuse(key, 'three numbers', value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(key: string, expected: string, got: unknown): never {
  throw new PreprocessConfigError(
    `preprocessor_config.json, "${key}": expected ${expected}, got ${JSON.stringify(got) ?? 'nothing'}`,
  );
}
