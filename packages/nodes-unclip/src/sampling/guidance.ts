import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

/** Whether a guidance scale asks for the unconditional pass at all. */
export function isGuided(guidanceScale: number): boolean {
  return guidanceScale > 1;
}

/**
 * Classifier-free guidance: u + g (c - u), in float32.
 *
 * @param modelOutput [2n, ...], the unconditional half first
 * @returns [n, ...]
 * @see https://arxiv.org/abs/2207.12598; diffusers 0.42.1, pipeline_stable_unclip_img2img.py, step 8
 */
export function applyGuidance(modelOutput: Float32Array, guidanceScale: number): Float32Array {
  const { fround } = Math;
  const size = modelOutput.length / 2;
  const scale = fround(guidanceScale);
  const guided = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    // Both halves hold `size` values.
    const unconditional = modelOutput[i] as number;
    const difference = fround((modelOutput[size + i] as number) - unconditional);
    guided[i] = unconditional + fround(scale * difference);
  }
  return guided;
}

/**
 * The class labels of a guided call: rows of zeros, over the level part too, then the rows themselves.
 *
 * @param classLabels float32 [n, 2d]
 * @returns float32 [2n, 2d]
 */
export function guidedClassLabels(classLabels: Tensor): Tensor {
  bindDims('class labels', classLabels, 'n d');
  const { data } = classLabels;
  const doubled = new Float32Array(2 * data.length);
  doubled.set(data, data.length);
  const [n, width] = classLabels.dims as readonly [number, number];
  return tensor([2 * n, width], doubled);
}
