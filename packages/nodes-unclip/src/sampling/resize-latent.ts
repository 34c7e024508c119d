import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

const { fround } = Math;

export type LatentResizeMethod = 'nearest-exact' | 'bilinear' | 'bicubic';

/** The taps of one output cell: weights of the input cells `indices`. */
interface Taps {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Brings latents to another size as torch does: `interpolate(latent, size=(h, w), mode=method)`, without antialiasing.
 *
 * @param latent float32 [n, c, h, w]
 * @see pytorch v2.13.0, aten/src/ATen/native/UpSample.h (align_corners false)
 */
export function resizeLatent(
  latent: Tensor,
  { h, w, method }: { readonly h: number; readonly w: number; readonly method: LatentResizeMethod },
): Tensor {
  const { n = 0, c = 0, h: fromH = 0, w: fromW = 0 } = bindDims('latent', latent, 'n c h w');
  const rows = tapsOf(method, fromH, h);
  const columns = tapsOf(method, fromW, w);
  const out = new Float32Array(n * c * h * w);
  for (let plane = 0; plane < n * c; plane++) {
    const from = plane * fromH * fromW;
    rows.forEach((row, y) => {
      columns.forEach((column, x) => {
        let sum = 0;
        row.indices.forEach((sourceRow, i) => {
          let inRow = 0;
          column.indices.forEach((sourceColumn, j) => {
            // Both indices are held inside the plane, and each has its weight.
            inRow += (latent.data[from + sourceRow * fromW + sourceColumn] as number) * (column.weights[j] as number);
          });
          sum += inRow * (row.weights[i] as number);
        });
        out[(plane * h + y) * w + x] = sum;
      });
    });
  }
  return tensor([n, c, h, w], out);
}

function tapsOf(method: LatentResizeMethod, sizeIn: number, sizeOut: number): readonly Taps[] {
  const scale = fround(sizeIn / sizeOut);
  const hold = (index: number) => Math.min(Math.max(index, 0), sizeIn - 1);
  return Array.from({ length: sizeOut }, (_, i): Taps => {
    if (method === 'nearest-exact') return { indices: [hold(Math.floor(fround((i + 0.5) * scale)))], weights: [1] };
    const centre = fround(fround(scale * (i + 0.5)) - 0.5);
    if (method === 'bilinear') {
      const position = Math.max(centre, 0);
      const first = hold(Math.floor(position));
      const share = Math.min(fround(position - first), 1);
      return { indices: [first, hold(first + 1)], weights: [fround(1 - share), share] };
    }
    const first = Math.floor(centre);
    return {
      indices: [-1, 0, 1, 2].map((offset) => hold(first + offset)),
      weights: cubicWeights(fround(centre - first)),
    };
  });
}

/** Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711, with torch's a = -0.75, at distances 1 + t, t, 1 - t, 2 - t. */
function cubicWeights(t: number): readonly number[] {
  const a = -0.75;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)].map(fround);
}
