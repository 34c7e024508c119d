import type { WorkflowNode } from '@unclip-studio/graph-core';
import { plainNumber, textOf } from './comfy-graph.js';
import type { OriginNode } from './conversion.js';
import { OLD_CONTROL } from './convert-control.js';
import type { ExportGraph } from './export-graph.js';
import { isAlike, isLink, keep, type Link, originsOf, valuesOf } from './export-values.js';
import { rounded, shareOf } from './rules/value-readers.js';

const MAX_LEVEL = 999;

/** Writes the conditioning of a sampler: prompts, their images and control images. */
export class ConditioningExport {
  readonly #graph: ExportGraph;
  /** ApplyControls that are being written. */
  readonly #controls = new Set<string>();

  constructor(graph: ExportGraph) {
    this.#graph = graph;
  }

  /** ComfyUI combines two at a time: the first, third, fourth ... of ours are one of them. */
  combineAll(id: string): Link | undefined {
    let link = this.#graph.link(id, 'first');
    for (const input of ['third', 'fourth', 'fifth', 'sixth']) {
      const more = this.#graph.link(id, input);
      if (more === undefined) continue;
      link = link && this.#combine(id, input, [link, more]);
    }
    return link;
  }

  #combine(id: string, role: string, [first, second]: readonly [Link, Link]): Link {
    const inputs = { conditioning_1: first, conditioning_2: second };
    return this.#graph.writer.putShared(id, role, {
      type: 'ConditioningCombine',
      origin: undefined,
      inputs,
      title: undefined,
    });
  }

  /** What a prompt of ours stays away from. */
  negativeOf(nodeId: string, input: string): Link | undefined {
    return this.#graph.onceFor(`negative ${nodeId}.${input}`, () => this.#findNegative(nodeId, input));
  }

  #findNegative(nodeId: string, input: string): Link | undefined {
    const source = this.#graph.source(nodeId, input);
    if (source === undefined) return undefined;
    const { id, node } = source;
    if (node.type === 'TextEncode') return this.writePrompt(id, node, 'negative');
    if (node.type === 'ApplyControl') return this.writeControl(id, node, 'negative');
    if (node.type === 'ConditioningPair') return this.#graph.link(id, 'negative');
    const readers = NEGATIVE_INPUTS[node.type];
    const links = (readers ?? []).map((one) => this.negativeOf(id, one)).filter((link) => link !== undefined);
    // Prompts of one text steer as one.
    const saidBy = (link: Link) => {
      const { class_type: type, inputs } = this.#graph.writer.at(link[0]) ?? {};
      return type === 'CLIPTextEncode' ? JSON.stringify(inputs) : JSON.stringify(link);
    };
    const distinct = links.filter((link, i) => links.findIndex((other) => saidBy(other) === saidBy(link)) === i);
    const [first, ...others] = distinct;
    if (first === undefined) return undefined;
    const all = others.reduce((link, more, i) => this.#combine(id, `negative${i}`, [link, more]), first);
    if (node.type !== 'ConditioningZeroOut' || node.params?.['side'] === 'positive') return all;
    const inputs = { conditioning: all };
    return this.#graph.writer.putShared(id, 'negative', {
      ...{ type: 'ConditioningZeroOut', origin: undefined, title: undefined },
      inputs,
    });
  }

  /** One node there steers both sides, of which an import may have made two here. @returns the prompt of a side with its control */
  writeControl(id: string, node: WorkflowNode, side: 'positive' | 'negative'): Link | undefined {
    const origins = originsOf(node);
    const [role = 'control', origin] = Object.entries(origins).find(([name]) => CONTROL_ROLES.has(name)) ?? [];
    const { strength = 1, start = 0, end = 1, guessMode = false } = node.params ?? {};
    if (guessMode === true)
      this.#graph.left[id] = 'ComfyUI has no guess mode; its image steers both prompts in full there.';
    const before = valuesOf(origin);
    // What an old file leaves out is still left out.
    const shareValue = (name: string, now: unknown, usual: number) =>
      origin !== undefined && before[name] === undefined && now === usual
        ? undefined
        : keep(before[name], (value) => shareOf(value, usual), now);
    const isOld = origin?.class_type === OLD_CONTROL && start === 0 && end === 1;
    // Of two that were made of one node, each is used for its own side, whichever side it is read for here.
    const isNegative = role === 'control' ? side === 'negative' : role === 'controlNegative';
    const slot = isNegative && !isOld ? 1 : 0;
    // A circle of them is not a valid workflow.
    if (this.#controls.has(id)) return [this.#graph.writer.idOf(id, role, origin), slot];
    this.#controls.add(id);
    const inputs = {
      ...(isOld
        ? { conditioning: this.#graph.link(id, 'conditioning') }
        : {
            ...this.#sidesOfControl(id, { role, origin }),
            start_percent: shareValue('start_percent', start, 0),
            end_percent: shareValue('end_percent', end, 1),
          }),
      ...{ control_net: this.#graph.link(id, 'controlnet'), image: this.#graph.link(id, 'image') },
      strength: keep(before['strength'], rounded, strength),
    };
    const type = isOld ? OLD_CONTROL : origin?.class_type === OLD_CONTROL ? undefined : origin?.class_type;
    const said = { type: type ?? 'ControlNetApplyAdvanced', inputs, title: node.title };
    const kept = origin?.class_type === said.type ? origin : undefined;
    const [put] = this.#graph.writer.putShared(id, role, { ...said, origin: kept });
    const isFree = side === 'negative' && (isOld || role !== 'control');
    const link: Link | undefined = isFree ? this.negativeOf(id, 'conditioning') : [put, slot];
    this.#controls.delete(id);
    return link;
  }

  /** The input of a control on each side; if an import split one into two, the other side is that of the second. */
  #sidesOfControl(id: string, { role, origin }: { readonly role: string; readonly origin: OriginNode | undefined }) {
    if (role === 'control') {
      return { positive: this.#graph.link(id, 'conditioning'), negative: this.negativeOf(id, 'conditioning') };
    }
    const [own, other] =
      role === 'controlPositive' ? (['positive', 'negative'] as const) : (['negative', 'positive'] as const);
    const sibling = this.#graph.nodes().find(([found, node]) => {
      const origins = originsOf(node);
      return found !== id && CONTROL_SIDES.some((one) => one !== role && origins[one]?.id === origin?.id);
    });
    const ofOther =
      sibling && !this.#controls.has(sibling[0]) ? { [other]: this.#graph.link(sibling[0], 'conditioning') } : {};
    return { [own]: this.#graph.link(id, 'conditioning'), ...ofOther };
  }

  writePrompt(id: string, node: WorkflowNode, side: 'positive' | 'negative'): Link {
    const origin = originsOf(node)[side];
    const text = node.params?.[side === 'positive' ? 'prompt' : 'negativePrompt'] ?? '';
    // Parentheses that are characters here are weights there.
    const isPlain = node.params?.['numerics'] !== 'comfyui' && (node.params?.['weighting'] ?? 'off') === 'off';
    const written = isPlain ? textOf(text).replace(/[()]/g, '\\$&') : text;
    const before = origin?.given?.['text'] ?? origin?.inputs['text'];
    // What came from a node without counterpart is still to come from there, unless something was written here.
    const isStillElsewhere = isLink(before) && text === '';
    const inputs = {
      ...(isStillElsewhere ? {} : { text: before === text ? text : written }),
      clip: this.encoderOf(id, node, origin),
    };
    // One that several samplers read is several nodes here.
    return this.#graph.writer.putShared(id, side, { type: 'CLIPTextEncode', origin, inputs, title: undefined });
  }

  /** The text encoder behind the nodes that choose its layer, which mean nothing here and are said as they were. */
  encoderOf(id: string, node: WorkflowNode, origin: OriginNode | undefined): Link | undefined {
    // A prompt outputs no text encoder; a circle of two of them, which is not a valid workflow, would never end.
    const now = this.#graph.source(id, 'text')?.node.type === 'TextEncode' ? undefined : this.#graph.link(id, 'text');
    const origins = originsOf(node);
    const entries = Object.entries(origins).flatMap(([role, layer]) => (role.startsWith('layer') ? [layer] : []));
    // Of two with one id the first counts.
    const layers = new Map(entries.toReversed().map((layer) => [layer.id, layer]));
    const isSame = now !== undefined && isAlike(rootOf((origins['positive'] ?? origin)?.inputs['clip'], layers), now);
    for (const layer of entries) {
      const behind = layer.inputs['clip'];
      const isFirst = !isLink(behind) || !layers.has(behind[0]);
      const clip = isFirst && !isSame ? { clip: now } : {};
      this.#graph.writer.put(layer.id, { type: layer.class_type, origin: layer, inputs: clip, title: undefined });
    }
    const before = origin?.inputs['clip'];
    const isBehindLayer = isLink(before) && layers.has(before[0]);
    return isLink(before) && (isSame || isBehindLayer) ? before : now;
  }

  /** One unCLIPConditioning behind the other. @param readerId a node with the input `image` */
  writeImages(readerId: string, prompt: Link): Link {
    const image = this.#graph.source(readerId, 'image');
    const images =
      image?.node.type === 'MergeConditions'
        ? [1, 2, 3, 4, 5, 6, 7, 8].flatMap((number) => this.#graph.source(image.id, `condition${number}`) ?? [])
        : image === undefined
          ? []
          : [image];
    const origins = originsOf(this.#graph.workflow.nodes[readerId] ?? { type: '' });
    const putIdle = (place: number, conditioning: Link): Link => {
      const origin = origins[`idle${place}`];
      if (origin === undefined) return conditioning;
      return this.#graph.writer.putShared(readerId, `idle${place}`, {
        ...{ type: origin.class_type, origin, title: undefined },
        inputs: { conditioning },
      });
    };
    let link = prompt;
    let place = 0;
    // Those with strength 0 stay in their position.
    const passIdle = () => {
      while (origins[`idle${place}`] !== undefined) link = putIdle(place++, link);
    };
    for (const { id, node } of images) {
      passIdle();
      place++;
      if (node.type !== 'NoiseAugment') {
        this.#graph.left[id] = `ComfyUI has no node like ${node.type}.`;
        continue;
      }
      const origin = originsOf(node)['picture'];
      const { noiseLevel = 0, strength = 1 } = node.params ?? {};
      const inputs = {
        conditioning: link,
        clip_vision_output: this.#graph.link(id, 'embed'),
        strength: keep(origin?.inputs['strength'], rounded, strength),
        noise_augmentation: keep(
          origin?.inputs['noise_augmentation'],
          (value) => Math.round(MAX_LEVEL * value),
          noiseLevel,
          Math.min(plainNumber(noiseLevel) / MAX_LEVEL, 1),
        ),
      };
      const role = `picture ${link[0]}`;
      link = this.#graph.writer.putShared(id, role, {
        type: 'unCLIPConditioning',
        origin,
        inputs,
        title: node.title,
      });
    }
    passIdle();
    return link;
  }
}

const CONTROL_SIDES = ['controlPositive', 'controlNegative'] as const;
const CONTROL_ROLES: ReadonlySet<string> = new Set(['control', ...CONTROL_SIDES]);

/** The inputs whose negative prompts a node passes on. */
export const NEGATIVE_INPUTS: Readonly<Record<string, readonly string[]>> = {
  ConditioningPair: [],
  ApplyControl: ['conditioning'],
  ConditioningCombine: ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'],
  ConditioningAverage: ['to'],
  ConditioningConcat: ['first'],
  ConditioningSetArea: ['conditioning'],
  ConditioningSetImage: ['conditioning'],
  ConditioningSetStrength: ['conditioning'],
  ConditioningSetMask: ['conditioning'],
  ConditioningSetTimestepRange: ['conditioning'],
  ConditioningZeroOut: ['conditioning'],
};

/** What a link leads to behind such nodes; nowhere if they lead in a circle, which no ComfyUI has written. */
function rootOf(start: unknown, layers: ReadonlyMap<string, OriginNode>): Link | undefined {
  const passed = new Set<string>();
  let link = start;
  while (isLink(link) && layers.has(link[0])) {
    if (passed.has(link[0])) return undefined;
    passed.add(link[0]);
    link = layers.get(link[0])?.inputs['clip'];
  }
  return isLink(link) ? link : undefined;
}
