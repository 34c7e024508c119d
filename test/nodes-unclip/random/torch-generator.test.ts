import { TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

// That the numbers are torch's own is compared in test/parity, stage torch_rng.

test('a snapshot continues the stream at its position, however it was drawn from before', () => {
  const draws = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), draws, (seed, counts) => {
      const original = new TorchGenerator(seed);
      for (const count of counts) original.randn(count);

      const copy = TorchGenerator.fromState(original.state());

      expect(copy.randn(21)).toEqual(original.randn(21));
      expect(copy.randn(3, 'float64')).toEqual(original.randn(3, 'float64'));
    }),
  );
});

test('a snapshot is plain data which later draws do not change', () => {
  const generator = new TorchGenerator(7);
  generator.randn(1);
  const state = generator.state();
  const before = JSON.stringify(state);

  generator.randn(1000);

  expect(JSON.stringify(state)).toBe(before);
  const fromJson = TorchGenerator.fromState(JSON.parse(before));
  expect(fromJson.randn(5)).toEqual(TorchGenerator.fromState(state).randn(5));
});

test('only the low 32 bits of a seed count', () => {
  const zero = new TorchGenerator(0).randn(20);

  expect(new TorchGenerator(2 ** 32).randn(20)).toEqual(zero);
  expect(new TorchGenerator(-(2n ** 63n)).randn(20)).toEqual(zero);
  expect(new TorchGenerator('18446744073709551615').randn(20)).toEqual(new TorchGenerator(2 ** 32 - 1).randn(20));
  expect(new TorchGenerator('9007199254740993').randn(20)).toEqual(new TorchGenerator(1).randn(20));
});

test('the second value of a pair waits for the next small draw', () => {
  const pairs = new TorchGenerator(3).randn(4);
  const single = new TorchGenerator(3);

  const values = [single.randn(1), single.randn(1), single.randn(2)].flatMap((draw) => [...draw]);

  expect(values).toEqual([...pairs]);
});

test('a seed that is not an integer, or has lost digits, is rejected', () => {
  expect(() => new TorchGenerator(0.5)).toThrow(RangeError);
  expect(() => new TorchGenerator(2 ** 53)).toThrow(
    'seed: expected an integer up to 2^53-1, got 9007199254740992; give a larger one as text',
  );
  expect(() => new TorchGenerator(1).randn(-1)).toThrow(RangeError);
});

test('many normal numbers have mean 0 and deviation 1', () => {
  const values = new TorchGenerator(11).randn(200_000);

  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
});
