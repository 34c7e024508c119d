/** One image: uint8 RGB, rows from the top, `data.length` = 3 * width * height. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /**
   * The lower bytes of an image of 16 bits a channel, whose upper bytes are `data`; as many. Nodes that know only 8 bits use `data`, and
   * make images without.
   */
  readonly lowBytes?: Uint8Array;
}

/** 0..1 as 16-bit levels in two bytes each. @param levels see `toUint8Images` */
export function toWideLevels(
  units: Float32Array,
  levels: 'round' | 'cut',
): Required<Pick<RgbImage, 'data' | 'lowBytes'>> {
  const data = new Uint8Array(units.length);
  const lowBytes = new Uint8Array(units.length);
  for (let i = 0; i < units.length; i++) {
    const value = (units[i] as number) * 65_535;
    // Near 2^52 binary64 numbers are 1 apart, so the sum rounds to an integer, ties to even.
    const level = levels === 'round' ? value + 2 ** 52 - 2 ** 52 : Math.floor(value);
    data[i] = level >> 8;
    lowBytes[i] = level;
  }
  return { data, lowBytes };
}

/** A channel of a pixel, 0..1. */
export function unitAt({ data, lowBytes }: RgbImage, index: number): number {
  if (lowBytes === undefined) return (data[index] as number) / 255;
  return (256 * (data[index] as number) + (lowBytes[index] as number)) / 65_535;
}
