import {
  type Catalog,
  createCatalog,
  createSourceResolver,
  expandWorkflow,
  type LinkSource,
  parseLink,
  type ResolvedSource,
  validateWorkflow,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { plainNumber, textOf } from './comfy-graph.js';
import { type ComfyOrigin, type OriginNode, PLACEHOLDER_PREFIX } from './conversion.js';
import { OLD_CONTROL } from './convert-control.js';
import { keptAsKSampler, type SamplingRole, splitAmongParts } from './custom-sampling.js';
import { fromPlainJson } from './exact-json.js';
import {
  isAlike,
  isLink,
  keep,
  type Link,
  originsOf,
  samplerInputs,
  type Values,
  valueOrigins,
  valuesOf,
} from './export-values.js';
import { plainName } from './import-comfyui.js';
import { isMutedByImport } from './mute-unneeded.js';
import { type ComfyApiNode, PromptWriter } from './prompt-writer.js';
import { SIMPLE_RULES } from './rules/index.js';
import type { SimpleRule } from './rules/simple-rule.js';
import { rounded, shareOf } from './rules/value-readers.js';

/** An export, and of which node of ours each of its nodes is a part. */
export interface ExportedNodes extends ExportedPrompt {
  readonly owners: ReturnType<PromptWriter['owners']>;
}

export interface ExportedPrompt {
  readonly prompt: Readonly<Record<string, ComfyApiNode>>;
  /** What could not be said in ComfyUI's words: node id -> what is missing there. */
  readonly left: Readonly<Record<string, string>>;
}

const MAX_LEVEL = 999;

/** The nodes that say a workflow in ComfyUI, as far as it has some for it; what was imported is said anew. */
export function exportNodes(original: Workflow): ExportedNodes {
  const workflow = withoutMutes(original);
  const catalog = createCatalog(unclipNodes);
  // Subgraphs are said as the nodes they hold, sweeps as a copy for each value. What is not sound is said as far as it goes.
  const problems = validateWorkflow(workflow, catalog);
  const expanded = problems.length === 0 ? expandWorkflow(workflow, catalog) : undefined;
  const values = valueOrigins(workflow);
  return new Export(expanded?.ok ? expanded.value.workflow : workflow, { catalog, values }).run();
}

/** What the import muted, since nothing needs it, is not muted there. */
function withoutMutes(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, node]) => {
    const { mode, ...others } = node;
    return [id, mode === 'mute' && isMutedByImport(node) ? others : node] as const;
  });
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}

interface ExportContext {
  readonly catalog: Catalog<UnclipNode>;
  readonly values: ComfyOrigin;
}

// Of nodes through which a prompt or a model goes, one after the other.
const MAX_DEPTH = 1000;

class Export {
  readonly #workflow: Workflow;
  readonly #resolve: (link: LinkSource) => ResolvedSource;
  readonly #writer: PromptWriter;
  /** ComfyUI node -> the LoadImage that stands for it here. */
  readonly #pictures = new Map<string, readonly [string, WorkflowNode]>();
  /** What was found before, by what was looked for. */
  readonly #found = new Map<string, Link | undefined>();
  #depth = 0;
  readonly #left: Record<string, string> = {};
  /** ApplyControls that are being said. */
  readonly #controls = new Set<string>();
  /** ComfyUI ids of nodes without counterpart. */
  readonly #placeholders: ReadonlySet<string>;

  constructor(workflow: Workflow, { catalog, values }: ExportContext) {
    this.#workflow = workflow;
    this.#resolve = createSourceResolver(workflow, catalog);
    this.#writer = new PromptWriter(workflow, values);
    const placeholders = Object.values(workflow.nodes).filter(({ type }) => type.startsWith(PLACEHOLDER_PREFIX));
    for (const [id, node] of this.#nodes()) {
      const ofNode = originsOf(node)['node']?.id;
      if (ofNode !== undefined && !this.#pictures.has(ofNode)) this.#pictures.set(ofNode, [id, node]);
    }
    this.#placeholders = new Set(placeholders.flatMap((node) => originsOf(node)['node']?.id ?? []));
  }

  run(): ExportedNodes {
    for (const [id, node] of this.#nodes()) {
      if (this.#pictureOfMask(node) !== undefined) continue;
      if (node.type.startsWith(PLACEHOLDER_PREFIX)) this.#exportPlaceholder(id, node);
      else if (node.type === 'UNetSample') this.#exportSampler(id, node);
      else if (node.type === 'ApplyControl') this.#exportControl(id, node, 'positive');
      else if (ruleFor(node) !== undefined) this.#exportSimple(id, node);
      else if (!PARTS.has(node.type)) this.#left[id] = `ComfyUI has no node like ${node.type}.`;
    }
    for (const [id, node] of this.#nodes()) if (node.type === 'TextEncode') this.#exportUnread(id, node);
    return { prompt: this.#writer.finish(), left: this.#left, owners: this.#writer.owners() };
  }

  /** Prompts that no sampler reads by a way of ours. */
  #exportUnread(id: string, node: WorkflowNode): void {
    for (const side of ['positive', 'negative'] as const) {
      const origin = originsOf(node)[side];
      if (origin !== undefined && this.#writer.at(origin.id) === undefined) this.#exportPrompt(id, node, side);
    }
  }

  #nodes(): readonly (readonly [string, WorkflowNode])[] {
    return Object.entries(this.#workflow.nodes).filter(([, node]) => node.mode === undefined);
  }

  /** The link there for an input of ours; `undefined` if nothing serves it that ComfyUI has. */
  #link(nodeId: string, input: string): Link | undefined {
    return this.#onceFor(`link ${nodeId}.${input}`, () => this.#findLink(nodeId, input));
  }

  /**
   * Finds what stands for something once, however many ways lead to it. On a way that leads back to its beginning, which no
   * sound workflow has, or that is longer than anybody draws, there is nothing.
   */
  #onceFor(key: string, find: () => Link | undefined): Link | undefined {
    if (this.#found.has(key) || this.#depth > MAX_DEPTH) return this.#found.get(key);
    this.#found.set(key, undefined);
    this.#depth++;
    const link = find();
    this.#depth--;
    this.#found.set(key, link);
    return link;
  }

  #findLink(nodeId: string, input: string): Link | undefined {
    const source = this.#source(nodeId, input);
    if (source === undefined) return undefined;
    const { id, node, output } = source;
    const picture = this.#pictureOfMask(node);
    if (picture !== undefined) return [this.#writer.idOf(picture, 'node', originsOf(node)['mask']), 1];
    const rule = ruleFor(node);
    if (rule !== undefined) {
      const slot = rule.rule.outputs.indexOf(output);
      return slot < 0 ? undefined : [this.#writer.idOf(id, 'node', originsOf(node)['node']), slot];
    }
    if (node.type === 'UNetSample') return [this.#writer.idOf(id, 'sampler', originsOf(node)['sampler']), 0];
    if (node.type === 'TextEncode') return this.#exportPrompt(id, node, 'positive');
    if (node.type === 'ApplyControl') return this.#exportControl(id, node, 'positive');
    if (node.type === 'ConditioningPair') return this.#link(id, 'positive');
    if (node.type === 'ConditioningSetImage') {
      const prompt = this.#link(id, 'conditioning');
      return prompt && this.#exportPictures(id, prompt);
    }
    // Zeros on the negative side leave this one as it is.
    if (node.type === 'ConditioningZeroOut') return this.#link(id, 'conditioning');
    const [, slot] = /^out(\d+)$/.exec(output) ?? [];
    if (!node.type.startsWith(PLACEHOLDER_PREFIX) || slot === undefined) return undefined;
    return [this.#writer.idOf(id, 'node', originsOf(node)['node']), Number(slot)];
  }

  /** The LoadImage beside which a LoadMask reads what is transparent in the same picture; there the two are one node. */
  #pictureOfMask({ params = {}, ...node }: WorkflowNode): string | undefined {
    const origin = originsOf(node)['mask'];
    if (origin === undefined || params['invert'] === true || (params['channel'] ?? 'transparency') !== 'transparency')
      return undefined;
    const found = this.#pictures.get(origin.id);
    return found?.[1].params?.['image'] === params['image'] ? found?.[0] : undefined;
  }

  #source(nodeId: string, input: string) {
    const link = parseLink(this.#workflow.nodes[nodeId]?.inputs?.[input] ?? '');
    if (link === undefined) return undefined;
    const resolved = this.#resolve(link);
    if (resolved.kind !== 'found') return undefined;
    const node = this.#workflow.nodes[resolved.source.node];
    return node && { id: resolved.source.node, node, output: resolved.source.output };
  }

  #exportSimple(id: string, node: WorkflowNode): void {
    const found = ruleFor(node);
    if (found === undefined) return;
    const origin = originsOf(node)['node'];
    const links: [string, Link | undefined][] = Object.entries(found.rule.inputs).map(([theirs, ours]) => [
      theirs,
      this.#link(id, ours),
    ]);
    if (Object.hasOwn(found.rule.inputs, 'clip')) links.push(['clip', this.#exportEncoder(id, node, origin)]);
    if (node.type === 'ConditioningCombine') links.push(['conditioning_1', this.#combineAll(id)]);
    const values =
      origin?.class_type === found.type && isUnchanged(found, node, origin)
        ? {}
        : found.rule.toValues(node.params ?? {});
    const inputs = { ...values, ...Object.fromEntries(links) };
    const { type } = found;
    // What was said to a node of another class is nothing to this one.
    const kept = origin?.class_type === type ? { origin } : { origin: undefined };
    this.#writer.put(this.#writer.idOf(id, 'node', origin), { type, ...kept, inputs, title: node.title });
  }

  /** ComfyUI combines two at a time: the first, third, fourth ... of ours are one of them. */
  #combineAll(id: string): Link | undefined {
    let link = this.#link(id, 'first');
    for (const input of ['third', 'fourth', 'fifth', 'sixth']) {
      const more = this.#link(id, input);
      if (more === undefined) continue;
      link = link && this.#combine(id, input, [link, more]);
    }
    return link;
  }

  #combine(id: string, role: string, [first, second]: readonly [Link, Link]): Link {
    const inputs = { conditioning_1: first, conditioning_2: second };
    return this.#writer.putShared(id, role, {
      type: 'ConditioningCombine',
      origin: undefined,
      inputs,
      title: undefined,
    });
  }

  /** What a prompt of ours stays away from. */
  #negativeOf(nodeId: string, input: string): Link | undefined {
    return this.#onceFor(`negative ${nodeId}.${input}`, () => this.#findNegative(nodeId, input));
  }

  #findNegative(nodeId: string, input: string): Link | undefined {
    const source = this.#source(nodeId, input);
    if (source === undefined) return undefined;
    const { id, node } = source;
    if (node.type === 'TextEncode') return this.#exportPrompt(id, node, 'negative');
    if (node.type === 'ApplyControl') return this.#exportControl(id, node, 'negative');
    if (node.type === 'ConditioningPair') return this.#link(id, 'negative');
    const readers = NEGATIVE_INPUTS[node.type];
    const links = (readers ?? []).map((one) => this.#negativeOf(id, one)).filter((link) => link !== undefined);
    // Prompts of one text steer as one.
    const saidBy = (link: Link) => {
      const { class_type: type, inputs } = this.#writer.at(link[0]) ?? {};
      return type === 'CLIPTextEncode' ? JSON.stringify(inputs) : JSON.stringify(link);
    };
    const distinct = links.filter((link, i) => links.findIndex((other) => saidBy(other) === saidBy(link)) === i);
    const [first, ...others] = distinct;
    if (first === undefined) return undefined;
    const all = others.reduce((link, more, i) => this.#combine(id, `negative${i}`, [link, more]), first);
    if (node.type !== 'ConditioningZeroOut' || node.params?.['side'] === 'positive') return all;
    const inputs = { conditioning: all };
    return this.#writer.putShared(id, 'negative', {
      ...{ type: 'ConditioningZeroOut', origin: undefined, title: undefined },
      inputs,
    });
  }

  /** One node there steers both sides, of which an import may have made two here. @returns the prompt of a side with its control */
  #exportControl(id: string, node: WorkflowNode, side: 'positive' | 'negative'): Link | undefined {
    const origins = originsOf(node);
    const [role = 'control', origin] = Object.entries(origins).find(([name]) => CONTROL_ROLES.has(name)) ?? [];
    const { strength = 1, start = 0, end = 1, guessMode = false } = node.params ?? {};
    if (guessMode === true) this.#left[id] = 'ComfyUI has no guess mode; its image steers both prompts in full there.';
    const before = valuesOf(origin);
    // What an old file leaves out is still left out.
    const shareValue = (name: string, now: unknown, usual: number) =>
      origin !== undefined && before[name] === undefined && now === usual
        ? undefined
        : keep(before[name], (value) => shareOf(value, usual), now);
    const isOld = origin?.class_type === OLD_CONTROL && start === 0 && end === 1;
    // One of two that were made of one node stands for its own side, whatever side it is read for here.
    const isNegative = role === 'control' ? side === 'negative' : role === 'controlNegative';
    const slot = isNegative && !isOld ? 1 : 0;
    // A circle of them is no sound workflow.
    if (this.#controls.has(id)) return [this.#writer.idOf(id, role, origin), slot];
    this.#controls.add(id);
    const inputs = {
      ...(isOld
        ? { conditioning: this.#link(id, 'conditioning') }
        : {
            ...this.#sidesOfControl(id, { role, origin }),
            start_percent: shareValue('start_percent', start, 0),
            end_percent: shareValue('end_percent', end, 1),
          }),
      ...{ control_net: this.#link(id, 'controlnet'), image: this.#link(id, 'image') },
      strength: keep(before['strength'], rounded, strength),
    };
    const type = isOld ? OLD_CONTROL : origin?.class_type === OLD_CONTROL ? undefined : origin?.class_type;
    const said = { type: type ?? 'ControlNetApplyAdvanced', inputs, title: node.title };
    const kept = origin?.class_type === said.type ? origin : undefined;
    const [put] = this.#writer.putShared(id, role, { ...said, origin: kept });
    const isFree = side === 'negative' && (isOld || role !== 'control');
    const link: Link | undefined = isFree ? this.#negativeOf(id, 'conditioning') : [put, slot];
    this.#controls.delete(id);
    return link;
  }

  /** What comes before a control on each side; where an import made two of one, the other one's is that of the other side. */
  #sidesOfControl(id: string, { role, origin }: { readonly role: string; readonly origin: OriginNode | undefined }) {
    if (role === 'control') {
      return { positive: this.#link(id, 'conditioning'), negative: this.#negativeOf(id, 'conditioning') };
    }
    const [own, other] =
      role === 'controlPositive' ? (['positive', 'negative'] as const) : (['negative', 'positive'] as const);
    const sibling = this.#nodes().find(([found, node]) => {
      const origins = originsOf(node);
      return found !== id && CONTROL_SIDES.some((one) => one !== role && origins[one]?.id === origin?.id);
    });
    const ofOther =
      sibling && !this.#controls.has(sibling[0]) ? { [other]: this.#link(sibling[0], 'conditioning') } : {};
    return { [own]: this.#link(id, 'conditioning'), ...ofOther };
  }

  #exportPlaceholder(id: string, node: WorkflowNode): void {
    const origin = originsOf(node)['node'];
    if (origin === undefined) {
      this.#left[id] = `It is of the type ${node.type}, but does not hold what that node said.`;
      return;
    }
    const inputs = Object.fromEntries(
      Object.entries(origin.inputs).map(([name, value]) => [
        name,
        Array.isArray(value) ? (this.#link(id, plainName(name)) ?? value) : value,
      ]),
    );
    this.#writer.put(this.#writer.idOf(id, 'node', origin), {
      type: origin.class_type,
      origin,
      inputs,
      title: node.title,
    });
    if ('unnamed' in origin) {
      this.#left[id] =
        `The file does not tell the names of its values, which an API prompt needs; they are: ${JSON.stringify(origin.unnamed).slice(0, 200)}.`;
    }
  }

  #exportPrompt(id: string, node: WorkflowNode, side: 'positive' | 'negative'): Link {
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
      clip: this.#exportEncoder(id, node, origin),
    };
    // One that several samplers read is several nodes here.
    return this.#writer.putShared(id, side, { type: 'CLIPTextEncode', origin, inputs, title: undefined });
  }

  /** The text encoder behind the nodes that choose its layer, which mean nothing here and are said as they were. */
  #exportEncoder(id: string, node: WorkflowNode, origin: OriginNode | undefined): Link | undefined {
    // A prompt gives no text encoder; two of them in a circle, which is no sound workflow, would never end.
    const now = this.#source(id, 'text')?.node.type === 'TextEncode' ? undefined : this.#link(id, 'text');
    const origins = originsOf(node);
    const entries = Object.entries(origins).flatMap(([role, layer]) => (role.startsWith('layer') ? [layer] : []));
    // Of two with one id the first counts.
    const layers = new Map(entries.toReversed().map((layer) => [layer.id, layer]));
    const isSame = now !== undefined && isAlike(rootOf((origins['positive'] ?? origin)?.inputs['clip'], layers), now);
    for (const layer of entries) {
      const behind = layer.inputs['clip'];
      const isFirst = !isLink(behind) || !layers.has(behind[0]);
      const clip = isFirst && !isSame ? { clip: now } : {};
      this.#writer.put(layer.id, { type: layer.class_type, origin: layer, inputs: clip, title: undefined });
    }
    const before = origin?.inputs['clip'];
    const isBehindLayer = isLink(before) && layers.has(before[0]);
    return isLink(before) && (isSame || isBehindLayer) ? before : now;
  }

  #exportSampler(id: string, node: WorkflowNode): void {
    const { params = {} } = node;
    const origins = originsOf(node);
    const prompt = this.#source(id, 'prompt');
    const isText = prompt?.node.type === 'TextEncode';
    const positive = isText ? this.#exportPrompt(prompt.id, prompt.node, 'positive') : this.#link(id, 'prompt');
    const origin = origins['sampler'];
    const custom = keptAsKSampler(origins);
    const before = custom && origin ? { id: origin.id, class_type: custom.type, inputs: custom.values } : origin;
    const type = before?.class_type ?? (isAdvanced(params) ? 'KSamplerAdvanced' : 'KSampler');
    const said = samplerInputs(params, before, type);
    const links = {
      model: this.#link(id, 'unet'),
      positive: positive && this.#exportPictures(id, positive),
      ...this.#exportNegative(id, prompt, origins['guider'] ?? origin),
      latent_image: this.#exportLatent(id, node),
    };
    for (const name of ['laterPrompt', 'laterImage', 'generator']) {
      const isNeeded = name !== 'generator' || this.#source(id, name)?.node.type === 'UNetSample';
      if (node.inputs?.[name] !== undefined && isNeeded)
        this.#left[id] = `ComfyUI has no counterpart of its input ${name}.`;
    }
    if (type === 'KSampler' && isAdvanced(params)) {
      this.#left[id] = 'A KSampler goes to the end and adds noise; make it anew to get a KSamplerAdvanced.';
    }
    const own = custom && splitAmongParts(origins, said);
    if (own !== undefined) {
      this.#exportParts(id, node, { links, own });
      return;
    }
    const samplerId = this.#writer.idOf(id, 'sampler', origin);
    const title = node.title ?? origin?.title;
    // What its parts cannot say it says itself.
    const kept = custom === undefined ? { origin, title: node.title } : { origin: undefined, title };
    this.#writer.put(samplerId, { type, inputs: { ...said, ...links }, ...kept });
  }

  /** A sampler that several nodes tell what to do. */
  #exportParts(id: string, node: WorkflowNode, { links, own }: { readonly links: Values; readonly own: Split }): void {
    const origins = originsOf(node);
    const { model, positive, negative, latent_image } = links;
    const isPlain = origins['guider'] === undefined;
    const modelBefore = origins[isPlain ? 'sampler' : 'guider']?.inputs['model'];
    const put = (role: SamplingRole, inputs: Values): Link | undefined => {
      const origin = origins[role];
      const said = { ...inputs, ...own[role] };
      return (
        origin && this.#writer.putShared(id, role, { type: origin.class_type, origin, inputs: said, title: undefined })
      );
    };
    const isOfSame = isAlike(origins['sigmas']?.inputs['model'], modelBefore);
    const levels = put('sigmas', isOfSame && modelBefore !== undefined ? { model } : {});
    const half = put('high', { sigmas: levels }) ?? put('low', { sigmas: levels });
    const sigmas = half && origins['high'] === undefined ? [half[0], 1] : (half ?? levels);
    const isBasic = origins['guider']?.class_type === 'BasicGuider';
    const guided = put('guider', { model, ...(isBasic ? { conditioning: positive } : { positive, negative }) });
    const lead = isPlain ? { model, positive, negative } : { noise: put('noise', {}), guider: guided };
    const origin = origins['sampler'];
    this.#writer.put(this.#writer.idOf(id, 'sampler', origin), {
      ...{ type: origin?.class_type ?? 'SamplerCustom', origin, title: node.title },
      inputs: { ...lead, sampler: put('select', {}), sigmas, latent_image, ...own.sampler },
    });
  }

  /** The side to stay away from; what had no counterpart there is still linked, unless a prompt was written since. */
  #exportNegative(
    id: string,
    prompt: { readonly id: string; readonly node: WorkflowNode } | undefined,
    origin: OriginNode | undefined,
  ) {
    const before = origin?.inputs['negative'];
    if (prompt !== undefined && Object.hasOwn(NEGATIVE_INPUTS, prompt.node.type)) {
      return { negative: this.#negativeOf(id, 'prompt') };
    }
    if (prompt?.node.type !== 'TextEncode') return isLink(before) ? {} : { negative: undefined };
    const known = originsOf(prompt.node)['negative'];
    if (known !== undefined || !isLink(before)) {
      const negative = this.#exportPrompt(prompt.id, prompt.node, 'negative');
      const isBehindOther = isLink(before) && before[0] !== known?.id && this.#placeholders.has(before[0]);
      return isBehindOther ? {} : { negative };
    }
    const text = textOf(prompt.node.params?.['negativePrompt']);
    return text === '' ? {} : { negative: this.#exportPrompt(prompt.id, prompt.node, 'negative') };
  }

  /** One unCLIPConditioning behind the other. @param readerId a node with the input `image` */
  #exportPictures(readerId: string, prompt: Link): Link {
    const image = this.#source(readerId, 'image');
    const pictures =
      image?.node.type === 'MergeConditions'
        ? [1, 2, 3, 4, 5, 6, 7, 8].flatMap((number) => this.#source(image.id, `condition${number}`) ?? [])
        : image === undefined
          ? []
          : [image];
    const origins = originsOf(this.#workflow.nodes[readerId] ?? { type: '' });
    const putIdle = (place: number, conditioning: Link): Link => {
      const origin = origins[`idle${place}`];
      if (origin === undefined) return conditioning;
      return this.#writer.putShared(readerId, `idle${place}`, {
        ...{ type: origin.class_type, origin, title: undefined },
        inputs: { conditioning },
      });
    };
    let link = prompt;
    let place = 0;
    // Those of no strength stand where they stood.
    const passIdle = () => {
      while (origins[`idle${place}`] !== undefined) link = putIdle(place++, link);
    };
    for (const { id, node } of pictures) {
      passIdle();
      place++;
      if (node.type !== 'NoiseAugment') {
        this.#left[id] = `ComfyUI has no node like ${node.type}.`;
        continue;
      }
      const origin = originsOf(node)['picture'];
      const { noiseLevel = 0, strength = 1 } = node.params ?? {};
      const inputs = {
        conditioning: link,
        clip_vision_output: this.#link(id, 'embed'),
        strength: keep(origin?.inputs['strength'], rounded, strength),
        noise_augmentation: keep(
          origin?.inputs['noise_augmentation'],
          (value) => Math.round(MAX_LEVEL * value),
          noiseLevel,
          Math.min(plainNumber(noiseLevel) / MAX_LEVEL, 1),
        ),
      };
      const role = `picture ${link[0]}`;
      link = this.#writer.putShared(id, role, {
        type: 'unCLIPConditioning',
        origin,
        inputs,
        title: node.title,
      });
    }
    passIdle();
    return link;
  }

  #exportLatent(id: string, node: WorkflowNode): Link | undefined {
    const origins = originsOf(node);
    const { width = 0, height = 0, count = 1 } = node.params ?? {};
    const start = this.#link(id, 'latent');
    if (node.inputs?.['latent'] === undefined) {
      const origin = origins['latent'];
      const repeats = plainNumber(origins['repeat']?.inputs['amount'] ?? 1);
      const batch = plainNumber(count) % repeats === 0 ? plainNumber(count) / repeats : plainNumber(count);
      // 0 is the size the model was trained for; that of the published checkpoints is 768.
      const inputs = { width: plainNumber(width) || 768, height: plainNumber(height) || 768, batch_size: batch };
      const empty = this.#writer.putShared(id, 'latent', {
        type: 'EmptyLatentImage',
        origin,
        inputs,
        title: undefined,
      });
      return batch === plainNumber(count)
        ? empty
        : this.#exportRepeat(id, origins['repeat'], { samples: empty, amount: repeats });
    }
    if (start === undefined) return undefined;
    const mask = this.#link(id, 'mask');
    const origin = origins['masked'];
    // An encoder that mends says itself what.
    const source = this.#source(id, 'latent');
    const mender = source && originsOf(source.node)['node'];
    const isSaid = mender?.class_type === 'VAEEncodeForInpaint' && isAlike(mender.inputs['mask'], mask);
    const masked =
      mask === undefined || isSaid || (origin === undefined && origins['inherited'] !== undefined)
        ? start
        : this.#writer.putShared(id, 'masked', {
            ...{ type: 'SetLatentNoiseMask', origin, title: undefined },
            inputs: { samples: start, mask },
          });
    return plainNumber(count) === plainNumber(origins['repeat']?.inputs['amount'] ?? 1) &&
      origins['repeat'] === undefined
      ? masked
      : this.#exportRepeat(id, origins['repeat'], { samples: masked, amount: plainNumber(count) });
  }

  #exportRepeat(id: string, origin: OriginNode | undefined, inputs: Values): Link {
    return this.#writer.putShared(id, 'repeat', {
      type: 'RepeatLatentBatch',
      origin,
      inputs,
      title: undefined,
    });
  }
}

type Split = NonNullable<ReturnType<typeof splitAmongParts>>;

/** Whether only a KSamplerAdvanced can say it. */
function isAdvanced({ stopAt, startAt, addNoise }: Values): boolean {
  return plainNumber(stopAt ?? 0) > 0 || plainNumber(startAt ?? 0) > 0 || addNoise === false;
}

const CONTROL_SIDES = ['controlPositive', 'controlNegative'] as const;
const CONTROL_ROLES: ReadonlySet<string> = new Set(['control', ...CONTROL_SIDES]);

// They become a part of a sampler's conditioning, or of nothing.
const PARTS: ReadonlySet<string> = new Set([
  ...[
    'TextEncode',
    'NoiseAugment',
    'MergeConditions',
    'ConditioningPair',
    'ConditioningZeroOut',
    'ConditioningSetImage',
    'ApplyControl',
  ],
]);

/** The inputs whose negative prompts a node hands on. */
const NEGATIVE_INPUTS: Readonly<Record<string, readonly string[]>> = {
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

interface FoundRule {
  readonly type: string;
  readonly rule: SimpleRule;
}

/** The rule of the class that the node came from, or else the first that makes such a node. */
function ruleFor(node: WorkflowNode): FoundRule | undefined {
  const origin = originsOf(node)['node'];
  const makers = Object.entries(SIMPLE_RULES).flatMap(([type, rule]) =>
    rule.type === node.type ? [{ type, rule }] : [],
  );
  const fits = ({ rule }: FoundRule) => rule.fits?.(node.params ?? {}) ?? true;
  const own = makers.find(({ type }) => type === origin?.class_type);
  if (own !== undefined && (fits(own) || isUnchanged(own, node, origin))) return own;
  // One that only fits in part is still the nearest, but for zeros on the side that ComfyUI's node does not have.
  return makers.find(fits) ?? (node.type === 'ConditioningZeroOut' ? undefined : makers[0]);
}

function isUnchanged({ rule }: FoundRule, { params = {} }: WorkflowNode, origin: OriginNode | undefined): boolean {
  if (origin === undefined) return false;
  // What came by a link had no value when it was read.
  const values = Object.entries(valuesOf(origin)).filter(([, value]) => !isLink(value));
  const before = rule.toParams(fromPlainJson(Object.fromEntries(values)) as Values).params;
  const names = new Set([...Object.keys(before), ...Object.keys(params)]);
  // What was imported before nodes knew of numerics means the same.
  return [...names].every(
    (name) => before[name] === params[name] || (name === 'numerics' && params[name] === undefined),
  );
}
