import type { IntegerParam, NumberParam } from '@unclip-studio/graph-core';

export type NumericParam = IntegerParam | NumberParam;

/** The smallest change that makes sense. */
export function stepOf(param: NumericParam): number {
  if (param.kind === 'integer') return param.multipleOf ?? 1;
  return param.step ?? (param.max - param.min) / 200;
}

// A default this close to the lower end means that the small values are the usual ones.
const SMALL_DEFAULT = 0.05;

/** Whether the slider gives small values more room: `steps` goes to 1000, and almost everyone stays below 50. */
function isBent({ default: usual, min, max }: NumericParam): boolean {
  const place = (usual - min) / (max - min);
  return place > 0 && place < SMALL_DEFAULT;
}

/** Where on the slider a value is, from 0 to 1. */
export function toSlider(param: NumericParam, value: number): number {
  const place = Math.min(1, Math.max(0, (value - param.min) / (param.max - param.min)));
  return isBent(param) ? Math.sqrt(place) : place;
}

/** The value at a place on the slider, from 0 to 1. */
export function fromSlider(param: NumericParam, place: number): number {
  const straight = isBent(param) ? place * place : place;
  return rounded(param, param.min + straight * (param.max - param.min));
}

/** The nearest value that the param allows. */
export function rounded(param: NumericParam, value: number): number {
  const step = stepOf(param);
  const onStep = Math.round(value / step) * step;
  // Steps such as 0.05 leave digits that no one typed.
  const clean = Number(onStep.toFixed(6));
  return Math.min(param.max, Math.max(param.min, clean));
}
