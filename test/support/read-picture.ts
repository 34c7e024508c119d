import type { RgbImage } from '@unclip-studio/nodes-unclip';

type Colour = readonly [red: number, green: number, blue: number];

// The palette with which the bundled model's training pictures were painted (tools/train-tiny-unclip/data.py), 0..1.
const PALETTE: Readonly<Record<string, Colour>> = {
  red: [0.87, 0.14, 0.16],
  orange: [0.97, 0.53, 0.08],
  yellow: [0.98, 0.87, 0.17],
  green: [0.16, 0.64, 0.25],
  cyan: [0.18, 0.8, 0.84],
  blue: [0.14, 0.32, 0.86],
  purple: [0.5, 0.2, 0.74],
  pink: [0.97, 0.5, 0.72],
  white: [0.97, 0.97, 0.97],
  black: [0.08, 0.08, 0.1],
  grey: [0.52, 0.53, 0.56],
};
const BORDER_PX = 2;
// Farther from every border pixel than this, a pixel belongs to the object.
const OBJECT_DISTANCE = 0.22;
const MIN_OBJECT_PIXELS = 20;

/** What a painted scene shows, read from its pixels alone: the colours named most often on the border and off it. */
export interface Reading {
  readonly ground: string;
  /** `none` if nothing stands out from the ground. */
  readonly object: string;
}

/** Reads the two colours of a picture of one object on a ground; of a large one about 64 by 64 of its pixels. */
export function readPicture(image: RgbImage): Reading {
  const border: Colour[] = [];
  const inside: Colour[] = [];
  const stride = Math.max(1, Math.round(Math.min(image.width, image.height) / 64));
  for (let y = 0; y < image.height; y += stride) {
    for (let x = 0; x < image.width; x += stride) {
      const nearEdge = Math.min(x, y, image.width - 1 - x, image.height - 1 - y) < BORDER_PX * stride;
      (nearEdge ? border : inside).push(pixelAt(image, x, y));
    }
  }
  // The same ground in the object's shadow is still the ground.
  const grounds = border.flatMap((colour) => [colour, shade(colour, 0.85), shade(colour, 0.7)]);
  const object = inside.filter((colour) => grounds.every((ground) => distance(colour, ground) > OBJECT_DISTANCE));
  return { ground: mostNamed(border), object: object.length < MIN_OBJECT_PIXELS ? 'none' : mostNamed(object) };
}

function pixelAt({ width, data }: RgbImage, x: number, y: number): Colour {
  const at = 3 * (y * width + x);
  return [(data[at] ?? 0) / 255, (data[at + 1] ?? 0) / 255, (data[at + 2] ?? 0) / 255];
}

function mostNamed(colours: readonly Colour[]): string {
  const votes = new Map<string, number>();
  for (const colour of colours) votes.set(nameOf(colour), (votes.get(nameOf(colour)) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'none';
}

function nameOf(colour: Colour): string {
  let best = 'none';
  let nearest = Number.POSITIVE_INFINITY;
  for (const [name, base] of Object.entries(PALETTE)) {
    // Stripes and checks are painted in a darker and a lighter tone of one colour.
    for (const tone of [shade(base, 0.72), shade(base, 0.88), base, lighten(base, 0.2), lighten(base, 0.4)]) {
      const away = distance(colour, tone);
      if (away < nearest) [nearest, best] = [away, name];
    }
  }
  return best;
}

function shade([red, green, blue]: Colour, factor: number): Colour {
  return [red * factor, green * factor, blue * factor];
}

function lighten([red, green, blue]: Colour, share: number): Colour {
  return [red + (1 - red) * share, green + (1 - green) * share, blue + (1 - blue) * share];
}

function distance(a: Colour, b: Colour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
