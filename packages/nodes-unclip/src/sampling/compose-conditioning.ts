import { withReason } from '@unclip-studio/graph-core';
import type { Control, PromptPart, PromptSide } from '../port-types/conditioning.js';
import { partsOf, sideOf } from '../port-types/conditioning.js';
import { broadcastRows } from '../tensor/rows.js';
import { type Tensor, tensor } from '../tensor/tensor.js';

/** Prompts that do not go together. */
export class ConditioningError extends Error {
  override readonly name = 'ConditioningError';
}

/** All parts of all sides. Equal ones steer once: two prompts with one negative prompt would only cost time twice. */
export function combineSides(sides: readonly PromptSide[]): PromptSide {
  const parts: PromptPart[] = [];
  for (const part of sides.flatMap(partsOf)) if (!parts.some((known) => isSame(known, part))) parts.push(part);
  return sideOf(parts);
}

function isSame(a: PromptPart, b: PromptPart): boolean {
  const { states: statesA, mask: maskA, image: imageA, controls: controlsA = [], ...plainA } = a;
  const { states: statesB, mask: maskB, image: imageB, controls: controlsB = [], ...plainB } = b;
  return (
    maskA?.mask.data === maskB?.mask.data &&
    maskA?.strength === maskB?.strength &&
    maskA?.cropsToMask === maskB?.cropsToMask &&
    JSON.stringify(plainA) === JSON.stringify(plainB) &&
    (imageA === imageB || (imageA !== undefined && imageB !== undefined && isSameTensor(imageA, imageB))) &&
    controlsA.length === controlsB.length &&
    controlsA.every((control, i) => isSameControl(control, controlsB[i])) &&
    isSameTensor(statesA, statesB)
  );
}

/** Both sides of one prompt hold the same value. */
function isSameControl(a: Control, b: Control | undefined): boolean {
  if (a === b || b === undefined) return a === b;
  const { net: netA, images: imagesA, ...plainA } = a;
  const { net: netB, images: imagesB, ...plainB } = b;
  return (
    netA.identity === netB.identity &&
    JSON.stringify(plainA) === JSON.stringify(plainB) &&
    imagesA.length === imagesB.length &&
    imagesA.every((image, i) => image.data === imagesB[i]?.data)
  );
}

function isSameTensor(a: Tensor, b: Tensor): boolean {
  return a.dims.join() === b.dims.join() && a.data.every((value, i) => Object.is(value, b.data[i]));
}

/**
 * Blends each part of `to` with the first part of `from`, which is cut or padded with zeros to its length.
 *
 * @param weight 1 gives `to`, 0 gives `from`
 * @see ComfyUI 0.3.64, nodes.py, ConditioningAverage
 */
export function averageSides(to: PromptSide, from: PromptSide, weight: number): PromptSide {
  const base = firstStates(from);
  return eachPart(to, (part) => {
    const [towards, away] = alignRows('ConditioningAverage', part.states, base);
    const [n = 0, t = 0, d = 0] = towards.dims;
    const [, fromTokens = 0] = away.dims;
    const share = Math.fround(1 - weight);
    const data = Float32Array.from(towards.data, (value, i) => {
      const [row, token] = [Math.floor(i / (t * d)), Math.floor(i / d) % t];
      const other = token < fromTokens ? (away.data[(row * fromTokens + token) * d + (i % d)] as number) : 0;
      return Math.fround(value * Math.fround(weight)) + Math.fround(other * share);
    });
    return { ...part, states: tensor([n, t, d], data) };
  });
}

/**
 * Appends the tokens of the first part of `more` to those of each part of `side`. @see ComfyUI 0.3.64, nodes.py,
 * ConditioningConcat
 */
export function concatSides(side: PromptSide, more: PromptSide): PromptSide {
  const added = firstStates(more);
  return eachPart(side, (part) => {
    const [first, second] = alignRows('ConditioningConcat', part.states, added);
    const [n = 0, t = 0, d = 0] = first.dims;
    const [, u = 0] = second.dims;
    const data = new Float32Array(n * (t + u) * d);
    for (let row = 0; row < n; row++) {
      data.set(first.data.subarray(row * t * d, (row + 1) * t * d), row * (t + u) * d);
      data.set(second.data.subarray(row * u * d, (row + 1) * u * d), (row * (t + u) + t) * d);
    }
    return { ...part, states: tensor([n, t + u, d], data) };
  });
}

/** States of zeros, which say nothing. @see ComfyUI 0.3.64, nodes.py, ConditioningZeroOut */
export function zeroSide(side: PromptSide): PromptSide {
  return eachPart(side, (part) => ({
    ...part,
    states: tensor(part.states.dims, new Float32Array(part.states.data.length)),
  }));
}

export function eachPart(side: PromptSide, change: (part: PromptPart) => PromptPart): PromptSide {
  return sideOf(partsOf(side).map(change));
}

function firstStates(side: PromptSide): Tensor {
  const [first] = partsOf(side);
  if (first === undefined) throw new Error('Internal error: a prompt without parts');
  return first.states;
}

/** Both with as many rows. @throws ConditioningError for states of two text encoders */
function alignRows(what: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const [n = 1, , d] = a.dims;
  const [m = 1, , width] = b.dims;
  if (d !== width) {
    throw withReason(
      new ConditioningError(
        `${what}: the prompts were encoded by two text models: one is ${d} wide, the other ${width}. Take both from one Load Model.`,
      ),
      { code: 'widths-differ', of: 'prompts', widths: [Number(d), Number(width)] },
    );
  }
  const rows = Math.max(n, m);
  return [broadcastRows(what, a, rows), broadcastRows(what, b, rows)];
}
