import type { RgbImage } from './rgb-image.js';

const { sqrt } = Math;

/** What becomes of a value of the lower image and one of the upper, both 0..1. */
const MODES = {
  normal: (_: number, b: number) => b,
  multiply: (a: number, b: number) => a * b,
  screen: (a: number, b: number) => 1 - (1 - a) * (1 - b),
  overlay: (a: number, b: number) => (a <= 0.5 ? 2 * a * b : 1 - 2 * (1 - a) * (1 - b)),
  'soft light': (a: number, b: number) =>
    b <= 0.5 ? a - (1 - 2 * b) * a * (1 - a) : a + (2 * b - 1) * (softened(a) - a),
  difference: (a: number, b: number) => a - b,
} as const satisfies Readonly<Record<string, (a: number, b: number) => number>>;

export type BlendMode = keyof typeof MODES;
export const BLEND_MODES = Object.keys(MODES) as [BlendMode, ...BlendMode[]];

function softened(x: number): number {
  return x <= 0.25 ? ((16 * x - 12) * x + 4) * x : sqrt(x);
}

/**
 * One image over another of its size.
 *
 * @param share 0 gives the lower image, 1 the blend
 * @see ComfyUI 0.3.64, comfy_extras/nodes_post_processing.py, Blend
 */
export function blendImages(
  lower: RgbImage,
  upper: RgbImage,
  { mode, share }: { readonly mode: BlendMode; readonly share: number },
): RgbImage {
  const blend = MODES[mode];
  return mapLevels(lower, (level, i) => {
    // Both have as many values.
    const [a, b] = [level / 255, (upper.data[i] as number) / 255];
    return 255 * (a * (1 - share) + blend(a, b) * share);
  });
}

/** New values for all of an image, rounded and clamped. */
export function mapLevels(image: RgbImage, change: (level: number, index: number) => number): RgbImage {
  const data = new Uint8ClampedArray(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = change(image.data[i] as number, i);
  return { width: image.width, height: image.height, data: new Uint8Array(data.buffer) };
}
