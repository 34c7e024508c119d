import type { ComfyNode } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, commonOf, inputsOf, originOf } from './conversion.js';
import { clamp, numberOf, rounded, shareOf } from './rules/value-readers.js';
import { unservedWords } from './unserved-words.js';

/** The class that steers its one prompt, and in a sampler the negative prompt too. */
export const OLD_CONTROL = 'ControlNetApply';
/** Those with an output for each side. */
export const CONTROLS: ReadonlySet<string> = new Set(['ControlNetApplyAdvanced', 'ControlNetApplySD3', OLD_CONTROL]);

interface Source {
  readonly node: ComfyNode;
  readonly slot: number;
}

/** Whether a node lets a ControlNet steer a prompt, and can here. */
export function isControl(node: ComfyNode, conversion: Conversion): boolean {
  return CONTROLS.has(node.type) && conversion.problemOf(node) === undefined;
}

/** The input whose prompt comes out at an output. */
export function inputBehind({ node, slot }: Source): string {
  if (node.type === OLD_CONTROL) return 'conditioning';
  return slot === 1 ? 'negative' : 'positive';
}

/** The sides that an ApplyControl applies to: a ComfyUI node may become two, one for each side. */
export type ControlledSide = 'control' | 'controlPositive' | 'controlNegative';

/** What steers a prompt by a ControlNet becomes an ApplyControl. @param prompt our link for it @returns our link for both */
export function convertControl(
  node: ComfyNode,
  { prompt, side }: { readonly prompt: string | undefined; readonly side: ControlledSide },
  conversion: Conversion,
): string {
  return conversion.once(`${side} ${node.id} ${prompt}`, () => {
    const id = conversion.newId('control', node.id);
    const { values } = node;
    const strength = clamp(rounded(numberOf(values['strength'], 1)), -10, 10);
    const span = { start: shareOf(values['start_percent'], 0), end: shareOf(values['end_percent'], 1) };
    const links = { controlnet: conversion.link(node, 'control_net'), image: conversion.link(node, 'image') };
    const made = {
      ...{ type: 'ApplyControl', ...commonOf(node), ...inputsOf({ conditioning: prompt, ...links }) },
      params: { strength, ...(node.type === OLD_CONTROL ? {} : span) },
      comfyui: { [side]: originOf(node) } satisfies ComfyOrigin,
    };
    conversion.add(id, made, node.place);
    for (const slot of [0, 1]) {
      const isOfSide = side === 'control' || (slot === 1) === (side === 'controlNegative');
      if (isOfSide && conversion.outputOf({ node, slot }) === undefined) {
        conversion.offer(node, slot, `${id}.conditioning`);
      }
    }
    const isHalf = side !== 'control' && node.type === OLD_CONTROL;
    const words = isHalf ? 'Its image does not steer the negative prompt here; in ComfyUI it may.' : '';
    const told = `${words} ${unservedWords(node)}`.trim();
    conversion.note(node, told === '' ? 'exact' : 'alike', [id], told);
    return `${id}.conditioning`;
  });
}
