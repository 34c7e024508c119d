import { fromSlider, rounded, stepOf, toSlider } from '@unclip-studio/editor/slider-scale';
import { checkParam } from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalog } from './support/rig.js';

const numeric = [...catalog.types.values()].flatMap(({ type, params }) =>
  Object.entries(params).flatMap(([name, param]) =>
    param.kind === 'number' || param.kind === 'integer' ? [[`${type}.${name}`, param] as const] : [],
  ),
);

test.each(numeric)('the slider of %s gives only values that the param allows, from end to end', (_, param) => {
  expect(fromSlider(param, 0)).toBe(param.min);
  expect(fromSlider(param, 1)).toBe(param.max);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (place) => {
      expect(checkParam(param, fromSlider(param, place))).toBeUndefined();
    }),
  );
});

test.each(numeric)('the slider of %s is at its value', (_, param) => {
  const back = fromSlider(param, toSlider(param, param.default));

  expect(Math.abs(back - param.default)).toBeLessThanOrEqual(stepOf(param));
});

test('small values get more room where they are the usual ones', () => {
  const steps = { kind: 'integer', default: 20, min: 1, max: 1000, help: '' } as const;

  expect(toSlider(steps, 20)).toBeGreaterThan(0.1);
  expect(fromSlider(steps, 0.5)).toBeLessThan(300);
});

test('steps leave no digits that no one typed', () => {
  const eta = { kind: 'number', default: 0, min: 0, max: 1, step: 0.05, help: '' } as const;

  expect(rounded(eta, 0.30000000000000004)).toBe(0.3);
});
