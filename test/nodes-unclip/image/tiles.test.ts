import { blendWeights, coverAxis } from '@unclip-studio/nodes-unclip/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const axes = fc.record({
  length: fc.integer({ min: 1, max: 400 }),
  size: fc.integer({ min: 2, max: 96 }),
  share: fc.constantFrom(0.25, 0.5),
});

test('tiles cover an axis from its start to its end, and neighbours share at least the overlap', () => {
  fc.assert(
    fc.property(axes, ({ length, size: wanted, share }) => {
      const overlap = Math.floor(wanted * share);
      const { size, starts } = coverAxis(length, { size: wanted, overlap });

      expect(size).toBe(Math.min(wanted, length));
      expect(starts[0]).toBe(0);
      expect((starts.at(-1) ?? 0) + size).toBe(length);
      for (let i = 1; i < starts.length; i++) {
        expect((starts[i - 1] ?? 0) + size - (starts[i] ?? 0)).toBeGreaterThanOrEqual(overlap);
      }
    }),
  );
});

test('tiles cut from one line blend to that line again', () => {
  fc.assert(
    fc.property(axes, ({ length, size: wanted, share }) => {
      const line = Float64Array.from({ length }, (_, i) => Math.sin(i) + 3);
      const tiles = coverAxis(length, { size: wanted, overlap: Math.floor(wanted * share) });
      const [sums, weights] = [new Float64Array(length), new Float64Array(length)];

      tiles.starts.forEach((start, index) => {
        blendWeights(tiles, index).forEach((weight, i) => {
          expect(weight).toBeGreaterThan(0);
          sums[start + i] = (sums[start + i] ?? 0) + weight * (line[start + i] ?? 0);
          weights[start + i] = (weights[start + i] ?? 0) + weight;
        });
      });

      sums.forEach((sum, i) => {
        expect(sum / (weights[i] ?? 0)).toBeCloseTo(line[i] ?? 0, 10);
      });
    }),
  );
});

test('a tile counts fully up to the edge of the image, and less towards a neighbour', () => {
  const tiles = coverAxis(12, { size: 8, overlap: 4 });

  expect(tiles.starts).toEqual([0, 4]);
  expect([...blendWeights(tiles, 0)].map((weight) => Math.round(weight * 10) / 10)).toEqual([
    1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2,
  ]);
});
