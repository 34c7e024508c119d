import { type RandomDtype, TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { CaseChecks } from '../compare.js';
import { type GoldenCase, GoldenSetError } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

/** torch.randn and torch.rand: single draws, several from one stream, one stream a row. */
export const torchRng: ParityStage = {
  stage: 'torch_rng',
  run: async (goldenCase, set) => {
    const { params, outputs } = goldenCase;
    const checks = new CaseChecks(goldenCase, set);
    if (Array.isArray(params['seeds'])) return checks.output('randn', drawRows(goldenCase)).result();
    const generator = new TorchGenerator(readSeed(params['seed']));
    const rand = outputs['rand'];
    if (rand !== undefined) return checks.output('rand', generator.rand(countOf(rand.shape))).result();
    readDraws(params).forEach(([dtype, count], i) => {
      const name = outputs['randn'] === undefined ? `draw${i}` : 'randn';
      checks.output(name, generator.randn(count, dtype));
    });
    return checks.result();
  },
};

/** In the order in which they are drawn. */
function readDraws(params: GoldenCase['params']): readonly (readonly [RandomDtype, number])[] {
  const dtype = params['dtype'] as RandomDtype;
  if (Array.isArray(params['draws'])) return params['draws'];
  if (Array.isArray(params['sizes'])) return params['sizes'].map((size: number) => [dtype, size] as const);
  return [[dtype, Number(params['n'])]];
}

/** A list of generators: each draws one row. */
function drawRows({ params }: GoldenCase): readonly number[] {
  const [, ...row] = params['shape'] as readonly number[];
  const seeds = params['seeds'] as readonly unknown[];
  return seeds.flatMap((seed) => [...new TorchGenerator(readSeed(seed)).randn(countOf(row))]);
}

function readSeed(seed: unknown): bigint {
  if (typeof seed === 'number' || typeof seed === 'string') return BigInt(seed);
  throw new GoldenSetError(`a seed is neither number nor string: ${JSON.stringify(seed)}`);
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
