import { type Tensor, tensor } from '../tensor/tensor.js';

/** A part of [1, c, h, w]. */
export function cutOut(
  { data, dims }: Tensor,
  box: { readonly top: number; readonly left: number; readonly height: number; readonly width: number },
): Tensor {
  const [, channels = 0, h = 0, w = 0] = dims;
  const out = new Float32Array(channels * box.height * box.width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < box.height; y++) {
      const from = (channel * h + box.top + y) * w + box.left;
      out.set(data.subarray(from, from + box.width), (channel * box.height + y) * box.width);
    }
  }
  return tensor([1, channels, box.height, box.width], out);
}

/** Sums up weighted tiles [1, channels, height, width] and divides by the sum of the weights. */
export class TileBlend {
  readonly #channels: number;
  readonly #height: number;
  readonly #width: number;
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  constructor(channels: number, height: number, width: number) {
    this.#channels = channels;
    this.#height = height;
    this.#width = width;
    this.#sums = new Float32Array(channels * height * width);
    this.#weights = new Float32Array(height * width);
  }

  add(
    { data }: Tensor,
    place: {
      readonly top: number;
      readonly left: number;
      readonly rowWeights: Float32Array;
      readonly columnWeights: Float32Array;
    },
  ): void {
    const { top, left, rowWeights, columnWeights } = place;
    const plane = this.#height * this.#width;
    const tilePlane = rowWeights.length * columnWeights.length;
    rowWeights.forEach((rowWeight, y) => {
      columnWeights.forEach((columnWeight, x) => {
        const weight = rowWeight * columnWeight;
        const to = (top + y) * this.#width + left + x;
        const from = y * columnWeights.length + x;
        // Index and size come from the same plan, so all of these exist.
        this.#weights[to] = (this.#weights[to] as number) + weight;
        for (let channel = 0; channel < this.#channels; channel++) {
          const i = channel * plane + to;
          this.#sums[i] = (this.#sums[i] as number) + weight * (data[channel * tilePlane + from] as number);
        }
      });
    });
  }

  finish(): Tensor {
    const plane = this.#height * this.#width;
    const blended = this.#sums.map((sum, i) => sum / (this.#weights[i % plane] as number));
    return tensor([1, this.#channels, this.#height, this.#width], blended);
  }
}
