import { FORMULATIONS } from '@unclip-studio/nodes-unclip';
import { modelRequester } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

const GIBI = 2 ** 30;

/** A model of one square matrix of `side`, in a file that is never opened. */
function matrixModel(side: number, elementType: 'float16' | 'float32') {
  const dims = [side, side];
  const length = (elementType === 'float16' ? 2 : 4) * side * side;
  return modelRequester(FORMULATIONS.cpu)(
    'matrix',
    {
      config: {},
      shapes: new Map<string, readonly number[]>(),
      weightsFolder: '/models',
      weights: { get: () => ({ elementType, dims, location: 'w.safetensors', offset: 0, length }) },
      identity: 'content',
    },
    { workingBytes: 1000, describe: (builder) => builder.output('y', builder.weights.float('w', dims, dims)) },
  );
}

test('weights that take more than a gibibyte as float32 stay in their files, and count with their size there', () => {
  const { staysOnDisk, weightBytes, workingBytes = 0 } = matrixModel(20_000, 'float16').build();

  expect([staysOnDisk, weightBytes]).toEqual([true, 2 * 20_000 ** 2]);
  // What is widened at each use has to lie somewhere.
  expect(workingBytes).toBeGreaterThan(4 * 20_000 ** 2);
});

test('large float32 weights need no additional memory', () => {
  const { staysOnDisk, weightBytes, workingBytes } = matrixModel(20_000, 'float32').build();

  expect([staysOnDisk, weightBytes, workingBytes]).toEqual([true, 4 * 20_000 ** 2, 1000]);
});

test('smaller ones are widened and packed when they are loaded, and so are all on other devices', () => {
  const small = matrixModel(1000, 'float16').build();
  const elsewhere = matrixModel(20_000, 'float16').build(FORMULATIONS.webgpu);

  expect([small.staysOnDisk, small.weightBytes, small.workingBytes]).toEqual([undefined, 4e6, 1000]);
  expect(elsewhere.staysOnDisk).toBe(undefined);
  expect(elsewhere.weightBytes).toBeGreaterThan(GIBI);
});
