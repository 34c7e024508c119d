/** One picture: uint8 RGB, rows from the top, `data.length` = 3 * width * height. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
