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
