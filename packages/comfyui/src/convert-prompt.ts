import { type ComfyNode, textOf } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, commonOf, inputsOf, originOf } from './conversion.js';
import { type SentPrompt, sendPrompt } from './dynamic-prompt.js';
import { clamp, numberOf } from './rules/value-readers.js';

/** A prompt, and what to stay away from, become one TextEncode, made once for each pair. @returns our link for it */
export function convertPrompt(text: ComfyNode, avoided: ComfyNode | undefined, conversion: Conversion): string {
  return conversion.once(`prompt ${text.id} ${avoided?.id}`, () => {
    const id = conversion.newId('prompt', text.id);
    const encoder = passLayers(text, id, conversion);
    const other = avoided ? passLayers(avoided, id, conversion) : undefined;
    const layers = [...encoder.layers, ...(other?.layers ?? [])];
    const prompts = [text, avoided].map((side) => promptOf(side, conversion).text);
    const lastLayer = lastLayerOf(encoder);
    if (avoided !== undefined && other !== undefined && lastLayerOf(other) !== lastLayer) {
      conversion.note(avoided, 'alike', [id], 'Both prompts take the layer that is chosen for the positive one.');
    }
    const node = {
      type: 'TextEncode',
      ...commonOf(text),
      ...inputsOf({ text: conversion.link(encoder.node, encoder.input) }),
      params: {
        prompt: prompts[0]?.slice(0, 20_000) ?? '',
        negativePrompt: prompts[1]?.slice(0, 20_000) ?? '',
        numerics: 'comfyui',
        ...(lastLayer === 0 ? {} : { lastLayer }),
      },
      comfyui: {
        positive: originOf(text),
        ...(avoided && { negative: originOf(avoided) }),
        ...Object.fromEntries(layers.map((layer) => [`layer${layer.id}`, originOf(layer)])),
      } satisfies ComfyOrigin,
    };
    conversion.add(id, node, text.place);
    if (conversion.outputOf({ node: text, slot: 0 }) === undefined) conversion.offer(text, 0, `${id}.conditioning`);
    for (const side of [text, avoided]) {
      if (side === undefined) continue;
      const isLinked = side.links['text'] !== undefined && side.given?.['text'] === undefined;
      const words = isLinked
        ? 'Its text came from another node; write it here.'
        : wordsOfPrompt(promptOf(side, conversion));
      conversion.note(side, isLinked || words === '' ? 'exact' : 'alike', [id], words);
    }
    return `${id}.conditioning`;
  });
}

/** What the page would send; an API prompt holds what was sent. */
function promptOf(side: ComfyNode | undefined, { graph }: Conversion): SentPrompt {
  const text = textOf(side?.values['text']);
  return graph.format === 'ui' ? sendPrompt(text) : { text, choices: [] };
}

function wordsOfPrompt({ choices }: SentPrompt): string {
  const [choice, ...others] = choices;
  if (choice === undefined) return '';
  const drawn = others.length === 0 ? choice.slice(0, 60) : `${choices.length} choices such as ${choice.slice(0, 60)}`;
  return `Of ${drawn} ComfyUI draws one at each run; the first is set here.`;
}

interface Encoder {
  readonly node: ComfyNode;
  readonly input: string;
  /** What was passed over on the way. */
  readonly layers: readonly ComfyNode[];
}

/** @returns 0 for the layer that the model was trained with */
function lastLayerOf({ layers: [nearest] }: Encoder): number {
  if (nearest === undefined) return 0;
  return Math.trunc(clamp(numberOf(nearest.values['stop_at_clip_layer'], -1), -24, -1));
}

/** What chooses the last layer becomes a setting of the prompt: the one nearest to it counts. */
function passLayers(text: ComfyNode, id: string, conversion: Conversion): Encoder {
  const layers = new Set<ComfyNode>();
  let node = text;
  for (;;) {
    const source = conversion.source(node, 'clip');
    if (source === undefined || !conversion.isPart(source.node, 'CLIPSetLastLayer') || layers.has(source.node)) break;
    node = source.node;
    layers.add(node);
    conversion.note(node, 'absorbed', [id]);
  }
  return { node, input: 'clip', layers: [...layers] };
}
