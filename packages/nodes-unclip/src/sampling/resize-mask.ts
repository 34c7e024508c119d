import type { Mask } from '../port-types/mask.js';
import { tensor } from '../tensor/tensor.js';
import { resizeLatent } from './resize-latent.js';

/** A mask resized to a size, bilinearly as in torch. @returns width * height values, 0..1 */
export function resizeMask(
  mask: Mask,
  { width, height }: { readonly width: number; readonly height: number },
): Float32Array {
  const levels = Float32Array.from(mask.data, (level) => level / 255);
  if (mask.width === width && mask.height === height) return levels;
  const map = tensor([1, 1, mask.height, mask.width], levels);
  return resizeLatent(map, { h: height, w: width, method: 'bilinear' }).data;
}
