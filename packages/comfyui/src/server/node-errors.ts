import {
  type Diagnostic,
  describeDiagnostic,
  parseLink,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import { knownClass } from '../comfy-classes.js';
import { textOf } from '../comfy-graph.js';
import { PLACEHOLDER_PREFIX } from '../conversion.js';
import { CUSTOM_PARTS } from '../custom-sampling-classes.js';
import { PARTS } from '../import-comfyui.js';
import { type ComfyError, comfyErrorOf, missingNodeType } from '../input-errors.js';
import type { InputProblem } from '../input-problems.js';
import { describeWrongValue, type WrongValue } from '../wrong-values.js';
import type { ComfyHost } from './host.js';
import { mainOrigin, type NodeOrigin, originsOf } from './prompt-runs.js';

/** An answer in ComfyUI's form. */
export interface ComfyAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface NodeErrors {
  readonly errors: ComfyError[];
  readonly dependent_outputs: readonly string[];
  readonly class_type: string;
}

// Of the outputs that a refusal names at each node.
const MAX_DEPENDENT = 100;

/** The problems of a prompt, at their nodes, with the node's own id and class, so that clients show them there. */
export class NodeErrorList {
  readonly #workflow: Workflow;
  readonly #targets: readonly string[];
  /** What each of the targets needs. */
  readonly #needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Nodes of ours that something is wrong with. */
  readonly #wrong = new Set<string>();
  // A node of ComfyUI can have any name, "__proto__" too.
  readonly #nodes = new Map<string, NodeErrors>();

  constructor(workflow: Workflow, targets: readonly string[]) {
    this.#workflow = workflow;
    this.#targets = targets;
    this.#needs = new Map(targets.map((target) => [target, neededBy([target], workflow)]));
  }

  /** The targets and all that they read. */
  get needed(): ReadonlySet<string> {
    return new Set([...this.#needs.values()].flatMap((needed) => [...needed]));
  }

  /** The targets that need nothing which something is wrong with. */
  get goodTargets(): readonly string[] {
    return this.#targets.filter((target) => ![...this.#wrong].some((node) => this.#needs.get(target)?.has(node)));
  }

  get nodeErrors(): Readonly<Record<string, NodeErrors>> {
    return Object.fromEntries(this.#nodes);
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  originOf(node: string): NodeOrigin | undefined {
    const { nodes } = this.#workflow;
    return Object.hasOwn(nodes, node) ? mainOrigin(originsOf(nodes[node])) : undefined;
  }

  /** All ComfyUI nodes that one of our nodes represents. */
  originIdsOf(node: string): readonly string[] {
    return Object.values(originsOf(this.#workflow.nodes[node])).map(({ id }) => id);
  }

  add(node: string, error: ComfyError): void {
    const origin = this.originOf(node) ?? { id: node, class_type: this.#workflow.nodes[node]?.type ?? '' };
    this.addAt(origin, [node], error);
  }

  /** @param nodes ours that represent it */
  addAt({ id, class_type }: NodeOrigin, nodes: readonly string[], error: ComfyError): void {
    for (const node of nodes) this.#wrong.add(node);
    const dependent = this.#targets.filter((target) => nodes.some((node) => this.#needs.get(target)?.has(node)));
    const known = this.#nodes.get(id) ?? {
      errors: [],
      dependent_outputs: dependent.slice(0, MAX_DEPENDENT).map((target) => this.originOf(target)?.id ?? target),
      class_type,
    };
    this.#nodes.set(id, known);
    known.errors.push(error);
  }

  toRefusal(): ComfyAnswer {
    const all = [...this.#nodes.values()].flatMap(({ errors }) => errors);
    const details = all.map(({ type, message, details }) => (isMissingType(type) || !details ? message : details));
    const {
      type = 'prompt_outputs_failed_validation',
      message = 'Prompt outputs failed validation',
      extra_info = {},
    } = all.find((error) => isMissingType(error.type)) ?? {};
    const error = { type, message, details: details.join('\n'), extra_info };
    return { status: 400, body: { error, node_errors: this.nodeErrors } };
  }
}

/** Clients offer to install such a class if the refusal as a whole is of this type. */
function isMissingType(type: string): boolean {
  return type === 'missing_node_type';
}

export function addWrongValues(errors: NodeErrorList, wrong: readonly WrongValue[]): void {
  const ours = new Map([...errors.needed].map((id) => [errors.originOf(id)?.id, id]));
  for (const value of wrong) {
    const node = ours.get(value.node);
    if (node === undefined) continue;
    const { input, kind, received } = value;
    // It is treated as a link, which is reported separately.
    if (Array.isArray(received)) continue;
    errors.add(node, {
      type: 'invalid_input_type',
      message: `Failed to convert an input value to a ${kind} value`,
      details: `${describeWrongValue(value)} Set it and queue the prompt again.`,
      extra_info: { input_name: input, received_value: received },
    });
  }
}

export function addInputProblems(errors: NodeErrorList, problems: readonly InputProblem[]): void {
  const ours = new Map<string, string[]>();
  for (const id of errors.needed) {
    for (const theirs of errors.originIdsOf(id)) ours.set(theirs, [...(ours.get(theirs) ?? []), id]);
  }
  // A value that several nodes read is wrong once.
  const found = new Map<string, { readonly problem: InputProblem; readonly nodes: string[] }>();
  for (const problem of problems) {
    const nodes = ours.get(problem.reader ?? problem.node);
    if (nodes === undefined) continue;
    const key = JSON.stringify([problem.node, problem.input, problem.kind]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { problem, nodes: [...nodes] });
    else known.nodes.push(...nodes);
  }
  for (const { problem, nodes } of found.values())
    errors.addAt({ id: problem.node, class_type: problem.classType }, nodes, comfyErrorOf(problem));
}

/** The name of an image that there is not, at a node of ours. */
export interface MissingImage {
  readonly node: string;
  readonly origin: NodeOrigin;
  /** As it was sent. */
  readonly name: string;
}

export function addMissingImages(errors: NodeErrorList, missing: readonly MissingImage[]): void {
  const { needed } = errors;
  // A LoadImage whose mask is read is two nodes here.
  const byOrigin = new Map<string, { readonly origin: NodeOrigin; readonly name: string; readonly nodes: string[] }>();
  for (const { node, origin, name } of missing) {
    if (!needed.has(node)) continue;
    const known = byOrigin.get(origin.id);
    if (known === undefined) byOrigin.set(origin.id, { origin, name, nodes: [node] });
    else known.nodes.push(node);
  }
  for (const { origin, name, nodes } of byOrigin.values()) {
    errors.addAt(origin, nodes, {
      ...{ type: 'custom_validation_failed', message: 'Custom validation failed for node' },
      details: `image - Invalid image file: ${name}`,
      extra_info: { input_name: 'image', received_value: name },
    });
  }
}

interface ModelsContext extends Pick<ComfyHost, 'catalog' | 'checkpoints'> {
  readonly workflow: Workflow;
}

/**
 * Unknown names of checkpoints and other models. If the names are not known, such as while no worker has reported its
 * own, all are accepted.
 */
export async function addUnknownModels(
  errors: NodeErrorList,
  { workflow: { nodes }, catalog, checkpoints }: ModelsContext,
): Promise<void> {
  const known = new Map<string | undefined, ReadonlySet<string> | undefined>();
  const namesOf = async (model: string | undefined) => {
    if (!known.has(model)) {
      known.set(model, await (model === undefined ? checkpoints.all() : checkpoints.allOfKind(model)));
    }
    return known.get(model);
  };
  for (const id of errors.needed) {
    const { type = '', params = {} } = nodes[id] ?? {};
    for (const [param, definition] of Object.entries(catalog.types.get(type)?.params ?? {})) {
      const name = params[param];
      if (definition.kind !== 'checkpoint' || typeof name !== 'string') continue;
      const { model } = definition;
      const there = await namesOf(model);
      if (there === undefined || isAmong(there, name)) continue;
      const input = INPUTS[model ?? 'checkpoint'] ?? param;
      const what = model === undefined ? 'checkpoint' : 'model';
      const shown = [...there].slice(0, MOST_NAMES).join(', ') || 'none';
      errors.add(id, {
        type: 'value_not_in_list',
        message: 'Value not in list',
        details: `${input}: there is no ${what} "${name}"; there are: ${shown}`,
        extra_info: { input_name: input, received_value: name },
      });
    }
  }
}

/** A file may be named without its ending. */
function isAmong(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || [...names].some((one) => one.replace(/\.(?:safetensors|ckpt|pt|pth|bin)$/i, '') === name);
}

/** What the inputs of ComfyUI's loaders are called, by the kind of what they load. */
const INPUTS: Readonly<Record<string, string>> = {
  checkpoint: 'ckpt_name',
  vae: 'vae_name',
  vision: 'clip_name',
  lora: 'lora_name',
  upscaler: 'model_name',
  controlnet: 'control_net_name',
};
const MOST_NAMES = 50;

export function addDiagnostics(errors: NodeErrorList, diagnostics: readonly Diagnostic[], workflow: Workflow): void {
  const parts = partsOfPlaceholders(workflow);
  const isOfReader = (diagnostic: Diagnostic) => diagnostic.code === 'unknown-type' && parts.has(diagnostic.node);
  const own = diagnostics.filter((diagnostic) => !isOfReader(diagnostic));
  // A circle of parts has no other node at which to report it.
  for (const diagnostic of own.length > 0 ? own : diagnostics) {
    // Problems that are not of a single node, such as a circle, are reported at each output.
    const isAtNode = 'node' in diagnostic && typeof diagnostic.node === 'string';
    const nodes = isAtNode ? [diagnostic.node] : errors.goodTargets;
    for (const node of nodes) errors.add(node, placeholderError(workflow, node) ?? plainError(diagnostic));
  }
}

function plainError(diagnostic: Diagnostic): ComfyError {
  const message = describeDiagnostic(diagnostic);
  return { type: 'custom_validation_failed', message, details: '', extra_info: {} };
}

/**
 * Placeholders of known classes that would be a part of the placeholder that reads them: the problem is reported there.
 */
function partsOfPlaceholders({ nodes }: Workflow): ReadonlySet<string> {
  const isPlaceholder = (id: string) => nodes[id]?.type.startsWith(PLACEHOLDER_PREFIX) === true;
  const read = new Set<string>();
  const readByOthers = new Set<string>();
  for (const [id, { inputs = {} }] of Object.entries(nodes)) {
    for (const input of Object.values(inputs)) {
      const source = parseLink(input)?.node;
      if (source !== undefined) (isPlaceholder(id) ? read : readByOthers).add(source);
    }
  }
  const isPart = (id: string) => {
    const classType = nodes[id]?.type.slice(PLACEHOLDER_PREFIX.length) ?? '';
    return isPlaceholder(id) && (PARTS.has(classType) || CUSTOM_PARTS.has(classType));
  };
  return new Set([...read].filter((id) => isPart(id) && !readByOthers.has(id)));
}

/** Of a node without counterpart: that its class is not here, or why one that is known cannot run with its settings. */
function placeholderError({ nodes }: Workflow, id: string): ComfyError | undefined {
  const node: (WorkflowNode & { readonly hint?: unknown }) | undefined = nodes[id];
  if (node === undefined || !node.type.startsWith(PLACEHOLDER_PREFIX)) return undefined;
  const classType = node.type.slice(PLACEHOLDER_PREFIX.length);
  if (knownClass(classType) === undefined) {
    return missingNodeType({
      id: mainOrigin(originsOf(node))?.id ?? id,
      ...{ classType, title: node.title ?? classType },
    });
  }
  return {
    ...{ type: 'custom_validation_failed', message: 'Custom validation failed for node' },
    ...{ details: `${classType}: ${textOf(node.hint)}`, extra_info: {} },
  };
}

/** The targets and everything they depend on: other nodes of a prompt are never run. */
export function neededBy(targets: readonly string[], { nodes }: Workflow): ReadonlySet<string> {
  const needed = new Set(targets);
  // A set that grows is walked to its end.
  for (const id of needed) {
    for (const input of Object.values(nodes[id]?.inputs ?? {})) {
      const link = parseLink(input);
      if (link !== undefined) needed.add(link.node);
    }
  }
  return needed;
}
