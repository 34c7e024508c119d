import { type ComfyNode, sentText, textOf } from './comfy-graph.js';
import { type ComfyOrigin, type Conversion, commonOf, inputsOf, originOf } from './conversion.js';
import { type SentPrompt, sendPrompt } from './dynamic-prompt.js';
import { layerOfConfig } from './rules/loaders.js';
import { clamp, numberOf } from './rules/value-readers.js';

/** A prompt, and what to stay away from, become one TextEncode, made once for each pair. @returns our link for it */
export function convertPrompt(text: ComfyNode, avoided: ComfyNode | undefined, conversion: Conversion): string {
  return conversion.once(`prompt ${text.id} ${avoided?.id}`, () => {
    const id = conversion.newId('prompt', text.id);
    const encoder = passLayers(text, id, conversion);
    const other = avoided ? passLayers(avoided, id, conversion) : undefined;
    const layers = [...encoder.layers, ...(other?.layers ?? [])];
    const prompts = [text, avoided].map((side) => promptOf(side, conversion).text);
    const lastLayer = lastLayerOf(encoder, conversion);
    if (avoided !== undefined && other !== undefined && lastLayerOf(other, conversion) !== lastLayer) {
      conversion.note(avoided, 'alike', [id], 'Both prompts take the layer that is chosen for the positive one.');
    }
    const node = {
      type: 'TextEncode',
      ...commonOf(text),
      ...inputsOf({ text: conversion.link(encoder.node, 'clip') }),
      params: {
        prompt: prompts[0]?.slice(0, 20_000) ?? '',
        negativePrompt: prompts[1]?.slice(0, 20_000) ?? '',
        numerics: 'comfyui',
        ...(lastLayer === 0 ? {} : { lastLayer }),
      },
      comfyui: {
        positive: originOf(text),
        ...(avoided && { negative: originOf(avoided) }),
        ...layerOrigins(layers),
      } satisfies ComfyOrigin,
    };
    conversion.add(id, node, text.place);
    if (conversion.outputOf({ node: text, slot: 0 }) === undefined) conversion.offer(text, 0, `${id}.conditioning`);
    for (const side of [text, avoided]) {
      if (side === undefined) continue;
      const isLinked = side.links['text'] !== undefined && side.given?.['text'] === undefined;
      const choice = isLinked ? '' : wordsOfPrompt(promptOf(side, conversion));
      const isNull = side.values['text'] === null && promptOf(side, conversion).text !== '';
      const words = isLinked ? 'Its text came from another node; write it here.' : isNull ? NULL_WORDS : choice;
      conversion.note(side, choice === '' ? 'exact' : 'alike', [id], words);
    }
    return `${id}.conditioning`;
  });
}

const NULL_WORDS = 'Its text is null, which ComfyUI reads as the word None.';

/** What the page would send; an API prompt contains what was sent. */
function promptOf(side: ComfyNode | undefined, { graph }: Conversion): SentPrompt {
  const text = side?.values['text'];
  if (graph.format === 'ui' && side?.isSent !== true) return sendPrompt(textOf(text));
  return { text: text === undefined ? '' : sentText(text), choices: [] };
}

function wordsOfPrompt({ choices }: SentPrompt): string {
  const [choice, ...others] = choices;
  if (choice === undefined) return '';
  const drawn = others.length === 0 ? choice.slice(0, 60) : `${choices.length} choices such as ${choice.slice(0, 60)}`;
  return `Of ${drawn} ComfyUI draws one at each run; the first is set here.`;
}

/** Where the text encoder of a node comes from. */
interface Encoder {
  /** Whose input `clip` it is. */
  readonly node: ComfyNode;
  /** Nodes that were skipped. */
  readonly layers: readonly ComfyNode[];
}

/** The layer that is chosen nearest to the prompt, also before a LoRA. @returns 0 for the one that the model was trained with */
function lastLayerOf({ node, layers: [nearest] }: Encoder, conversion: Conversion): number {
  const passed = new Set<ComfyNode>();
  let at = nearest ?? conversion.source(node, 'clip')?.node;
  while (at !== undefined && !passed.has(at)) {
    passed.add(at);
    if (conversion.isPart(at, 'CLIPSetLastLayer')) {
      return Math.trunc(clamp(numberOf(at.values['stop_at_clip_layer'], -1), -24, -1));
    }
    if (at.type === 'CheckpointLoader') return layerOfConfig(at.values['config_name']) ?? 0;
    at = conversion.source(at, 'clip')?.node;
  }
  return 0;
}

/** What an export says them by. */
export function layerOrigins(layers: readonly ComfyNode[]): ComfyOrigin {
  return Object.fromEntries(layers.map((layer) => [`layer${layer.id}`, originOf(layer)]));
}

/** What chooses the last layer becomes a setting of the prompts behind it: the one nearest to each counts. */
export function passLayers(reader: ComfyNode, id: string, conversion: Conversion): Encoder {
  const layers = new Set<ComfyNode>();
  let node = reader;
  for (;;) {
    const source = conversion.source(node, 'clip');
    if (source === undefined || !conversion.isPart(source.node, 'CLIPSetLastLayer') || layers.has(source.node)) break;
    node = source.node;
    layers.add(node);
    conversion.note(node, 'absorbed', [id]);
  }
  return { node, layers: [...layers] };
}
