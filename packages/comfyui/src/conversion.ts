import { isNodeId, type WorkflowNode, withReason } from '@unclip-studio/graph-core';
import { type ComfyBox, ComfyFormatError, type ComfyGraph, type ComfyLink, type ComfyNode } from './comfy-graph.js';
import { toPlainJson } from './exact-json.js';
import { readersOf } from './give-values.js';
import { MAX_COMFY_STEPS, MAX_IMPORTED_CHARACTERS } from './limits.js';
import { charactersOf, tooMany } from './page-size.js';
import type { Likeness, MappedNode } from './report.js';
import { describeWrongValue, findWrongValues, type WrongValue } from './wrong-values.js';

/** The classes that become samplers here. */
export const SAMPLERS: ReadonlySet<string> = new Set(['KSampler', 'KSamplerAdvanced']);

/** Begins the type of a node that has no counterpart here. */
export const PLACEHOLDER_PREFIX = 'ComfyUI:';

/** The origins that one of our nodes stores, by role; an export takes ids and further inputs from them. */
export type ComfyOrigin = Readonly<Record<string, OriginNode>>;

export interface OriginNode {
  readonly id: string;
  readonly class_type: string;
  /** As in the API format. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly title?: string;
  /** Inputs that differ from `inputs`: links without a target, or to a number. */
  readonly written?: Readonly<Record<string, unknown>>;
  /** Values of linked inputs; see `ComfyNode`. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly unnamed?: unknown;
  /** Of a placeholder that the import of version 0.1 muted, because nothing reads it. */
  readonly isUnread?: boolean;
}

export interface AddedNode {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly place?: ComfyBox;
}

/** What one import has made so far. */
export class Conversion {
  readonly graph: ComfyGraph;
  readonly added: AddedNode[] = [];
  /** ComfyUI node -> what became of it. */
  readonly #mapped = new Map<string, { became: Set<string>; likeness: Likeness; words: Set<string> }>();
  /** `node slot` -> our link. */
  readonly #outputs = new Map<string, string>();
  readonly #ids = new Set<string>();
  /** Requested id -> the number to try next. */
  readonly #numbers = new Map<string, number>();
  #steps = 0;
  #characters = 0;
  readonly #made = new Map<string, string>();
  #readers: ReturnType<typeof readersOf> | undefined;
  /** Values that no number can be read from, by ComfyUI node. */
  readonly wrongValues: ReadonlyMap<string, readonly WrongValue[]>;

  constructor(graph: ComfyGraph) {
    this.graph = graph;
    this.wrongValues = findWrongValues(graph.nodes);
  }

  /** Why a node can have no counterpart although its class has one, as a message. */
  problemOf({ id }: ComfyNode): string | undefined {
    const wrong = this.wrongValues.get(id);
    return wrong && `${wrong.map(describeWrongValue).join(' ')} Correct it in ComfyUI and import again.`;
  }

  /** Whether a node is of a class that becomes a part of another node here, and can. */
  isPart(node: ComfyNode, type: string): boolean {
    return node.type === type && this.problemOf(node) === undefined;
  }

  /** A free id that shows its type and origin. */
  newId(prefix: string, comfyId: string): string {
    const plain = `${prefix}_${comfyId.replace(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, 56);
    for (let number = this.#numbers.get(plain) ?? 1; ; number++) {
      const id = number === 1 ? plain : `${plain}_${number}`;
      if (this.#ids.has(id) || !isNodeId(id)) continue;
      this.#ids.add(id);
      this.#numbers.set(plain, number + 1);
      return id;
    }
  }

  /** Registers the link that provides an output of a ComfyUI node here. */
  offer(node: ComfyNode, slot: number, link: string): void {
    this.#outputs.set(`${node.id} ${slot}`, link);
  }

  /** @throws ComfyFormatError if it all becomes too large: what several nodes read may be kept at each of them */
  add(id: string, node: WorkflowNode & { readonly comfyui?: unknown }, place?: ComfyBox): void {
    this.#characters += charactersOf(node);
    if (this.#characters > MAX_IMPORTED_CHARACTERS) {
      throw tooMany('characters', this.#characters, MAX_IMPORTED_CHARACTERS);
    }
    this.added.push({ id, node, ...(place && { place }) });
  }

  note({ id }: ComfyNode, likeness: Likeness, became: readonly string[], words = ''): void {
    const known = this.#mapped.get(id) ?? { became: new Set(), likeness, words: new Set() };
    for (const one of became) known.became.add(one);
    if (words !== '') known.words.add(words);
    this.#mapped.set(id, { ...known, likeness });
  }

  /** Says in what a node differs that would be exact by itself. */
  noteDifference(node: ComfyNode, words: string): void {
    const likeness = this.#mapped.get(node.id)?.likeness;
    if (likeness === 'exact' || likeness === 'alike') this.note(node, 'alike', [], words);
    else if (likeness === 'absorbed') this.note(node, 'absorbed', [], words);
  }

  isNoted({ id }: ComfyNode): boolean {
    return this.#mapped.has(id);
  }

  /** Our nodes that a ComfyUI node has become so far. */
  becameOf({ id }: ComfyNode): readonly string[] {
    return [...(this.#mapped.get(id)?.became ?? [])];
  }

  report(): readonly MappedNode[] {
    return [...this.graph.nodes.values()].flatMap(({ id, custom, ...node }) => {
      const type = custom?.node.type ?? node.type;
      const known = this.#mapped.get(id);
      if (known === undefined) return [];
      const { became, likeness, words } = known;
      return [{ id, type, became: [...became], likeness, words: [...words].join(' ').trim() }];
    });
  }

  /** The node that serves an input, bypassed ones seen through and muted ones taken for none. */
  source(node: ComfyNode, input: string): { readonly node: ComfyNode; readonly slot: number } | undefined {
    const passed = new Set<string>();
    let link = node.links[input];
    while (link !== undefined && !passed.has(link.node)) {
      this.#countStep();
      passed.add(link.node);
      const source = this.graph.nodes.get(link.node);
      if (source === undefined || source.mode === 'mute') return undefined;
      const passing = source.mode === 'run' ? promptBehind(source, link.slot) : undefined;
      if (source.mode === 'run' && passing === undefined) return { node: source, slot: link.slot };
      link = passing === undefined ? throughBypassed(source, link.slot) : source.links[passing];
    }
    return undefined;
  }

  /** Thousands of samplers behind one long chain would follow it thousands of times. */
  #countStep(): void {
    if (++this.#steps <= MAX_COMFY_STEPS) return;
    throw withReason(
      new ComfyFormatError(
        `Following its links takes more than ${MAX_COMFY_STEPS} steps, which is the limit. Import a part of it.`,
      ),
      { code: 'comfyui-file', fault: 'too-large' },
    );
  }

  /** Our link for an input of a ComfyUI node. */
  link(node: ComfyNode, input: string): string | undefined {
    const source = this.source(node, input);
    return source && this.outputOf(source);
  }

  /** Our link for an output of a ComfyUI node. */
  outputOf({ node, slot }: { readonly node: ComfyNode; readonly slot: number }): string | undefined {
    return this.#outputs.get(`${node.id} ${slot}`);
  }

  /** The samplers whose prompts a node affects, directly or through any number of other nodes. */
  samplersBehind(node: ComfyNode): readonly ComfyNode[] {
    this.#readers ??= readersOf(this.graph.nodes);
    const found = new Set<ComfyNode>();
    const passed = new Set([node]);
    // A set that grows is walked to its end.
    for (const { id } of passed) {
      for (const { reader, input } of this.#readers.get(id) ?? []) {
        this.#countStep();
        if (!SAMPLERS.has(reader.type)) passed.add(reader);
        else if (input === 'positive' || input === 'negative') found.add(reader);
      }
    }
    return [...found];
  }

  /** The node in a sampler's prompt chain that gives the model an image with a mask. */
  inpaintBehind(sampler: ComfyNode): ComfyNode | undefined {
    const passed = new Set([sampler]);
    // A set that grows is walked to its end.
    for (const node of passed) {
      if (node.type === INPAINT && node.mode === 'run') return node;
      for (const [input, { node: id }] of Object.entries(node.links)) {
        this.#countStep();
        const source = PROMPT_INPUTS.test(input) ? this.graph.nodes.get(id) : undefined;
        if (source !== undefined && source.mode !== 'mute') passed.add(source);
      }
    }
    return undefined;
  }

  /** A node made for several readers belongs to the first of them. */
  once(key: string, make: () => string): string {
    const known = this.#made.get(key) ?? make();
    this.#made.set(key, known);
    return known;
  }
}

/** The class whose prompts carry the additional latent input of an inpainting model. */
export const INPAINT = 'InpaintModelConditioning';
const PROMPT_INPUTS = /^(?:positive|negative|conditioning(?:_[12]|_to|_from)?)$/;

/** The input whose prompt such a node passes to an output. */
function promptBehind({ type }: ComfyNode, slot: number): 'positive' | 'negative' | undefined {
  if (type !== INPAINT || slot > 1) return undefined;
  return slot === 1 ? 'negative' : 'positive';
}

/**
 * What a bypassed node passes through: the input at the same position if its type fits, else the first one of that
 * type.
 */
function throughBypassed({ links, inputTypes, outputTypes }: ComfyNode, slot: number): ComfyLink | undefined {
  const type = outputTypes[slot];
  const inputs = Object.keys(inputTypes);
  const same = inputs[slot];
  const name = same !== undefined && inputTypes[same] === type ? same : inputs.find((one) => inputTypes[one] === type);
  return name === undefined ? undefined : links[name];
}

/** A node as the API format has it. */
export function originOf({ id, type, values, links, written, title, given, more }: ComfyNode): OriginNode {
  const linked = Object.entries(links).map(([name, { node, slot }]) => [name, [node, slot]] as const);
  return {
    ...{ id, class_type: type },
    // A workflow is JSON, which holds no BigInt.
    inputs: toPlainJson({ ...values, ...Object.fromEntries(linked) }) as OriginNode['inputs'],
    ...(title === undefined ? {} : { title }),
    ...(written === undefined ? {} : { written: toPlainJson(written) as OriginNode['inputs'] }),
    ...(given === undefined ? {} : { given: toPlainJson(given) as OriginNode['inputs'] }),
    ...(more === undefined ? {} : { more: toPlainJson(more) as OriginNode['inputs'] }),
  };
}

/** Keys that every node takes over as they are. */
export function commonOf({ title, mode }: ComfyNode): Pick<WorkflowNode, 'title' | 'mode'> {
  return { ...(title === undefined ? {} : { title }), ...(mode === 'run' ? {} : { mode }) };
}

/** Only the inputs that lead somewhere. */
export function inputsOf(links: Readonly<Record<string, string | undefined>>): {
  readonly inputs?: Record<string, string>;
} {
  const found = Object.entries(links).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return found.length === 0 ? {} : { inputs: Object.fromEntries(found) };
}
