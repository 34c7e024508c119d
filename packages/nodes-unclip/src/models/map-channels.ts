/** Additional input channels of a UNet besides the latent image. */
export type MapKind = 'inpaint' | 'depth' | 'low-resolution image';

/** Kind by the number of channels: mask and masked image, depth, RGB. */
export const MAP_CHANNELS: ReadonlyMap<number, MapKind> = new Map([
  [5, 'inpaint'],
  [1, 'depth'],
  [3, 'low-resolution image'],
]);
