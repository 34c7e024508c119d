import { type Diagnostic, describeDiagnostic, parseLink, unreachable, type Workflow } from '@unclip-studio/graph-core';
import { ComfyFormatError } from '../comfy-graph.js';
import { PLACEHOLDER_PREFIX } from '../conversion.js';
import { formatExactJson } from '../exact-json.js';
import type { ReadPrompt } from '../import-task.js';
import type { InputProblem } from '../input-problems.js';
import { describeWrongValue, type WrongValue } from '../wrong-values.js';
import type { ComfyHost } from './host.js';
import { mainOrigin, type NodeOrigin, originsOf, type PromptOrigin, type PromptRuns } from './prompt-runs.js';
import type { UploadNames } from './upload-names.js';

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

interface ComfyError {
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly extra_info: object;
}

export interface QueuePromptContext {
  readonly host: Pick<ComfyHost, 'runs' | 'catalog' | 'checkpoints' | 'readPrompt'>;
  readonly prompts: PromptRuns;
  readonly names: UploadNames;
}

/**
 * `POST /prompt`: imports the graph and queues it.
 *
 * @param text the body; its whole numbers may be larger than a double holds
 */
export async function queuePrompt(text: string, { host, prompts, names }: QueuePromptContext): Promise<ComfyAnswer> {
  let read: ReadPrompt | undefined;
  try {
    read = await host.readPrompt(text);
  } catch (error) {
    if (error instanceof ComfyFormatError) return refusal('invalid_prompt', 'Cannot execute the prompt', error.message);
    throw error;
  }
  if (read === undefined) return refusal('no_prompt', 'No prompt provided', 'Expected JSON with the key "prompt".');
  const { promptText, clientId, previews, pnginfoText } = read;
  const workflow = withPictures(read.workflow, names);
  const targets = targetsOf(workflow, read.partialTargets);
  if (targets.length === 0) {
    const hint = read.partialTargets === undefined ? 'Add a SaveImage or a PreviewImage.' : 'Name one that it has.';
    return refusal('prompt_no_outputs', 'Prompt has no outputs', hint);
  }
  const errors = new NodeErrorList(workflow, targets);
  addWrongValues(errors, read.wrongValues);
  addInputProblems(errors, read.inputProblems);
  await addUnknownModels(errors, { workflow, ...host });
  if (errors.goodTargets.length === 0) return errors.toRefusal();
  const next = prompts.nextNumber();
  // As ComfyUI numbers them: what is to go first has a number below all others.
  const number = read.number ?? (read.isFront ? -next : next);
  const origin: PromptOrigin = {
    promptId: read.promptId ?? crypto.randomUUID(),
    ...(clientId === undefined ? {} : { clientId }),
    ...{ number, promptText },
    ...(pnginfoText === undefined ? {} : { pnginfoText }),
    ...(previews === undefined ? {} : { previews }),
  };
  const submit = () => {
    const good = errors.goodTargets;
    const queued = { ...onlyNeeded(workflow, errors), title: 'From a ComfyUI client', comfyui: origin } as Workflow;
    return host.runs.submit({ workflow: queued, targets: good, ...(clientId === undefined ? {} : { clientId }) });
  };
  let submitted = await submit();
  if (!submitted.isQueued) {
    addDiagnostics(errors, submitted.diagnostics, workflow);
    if (errors.goodTargets.length === 0) return errors.toRefusal();
    // Those that are left run, as in ComfyUI.
    submitted = await submit();
    if (!submitted.isQueued) {
      addDiagnostics(errors, submitted.diagnostics, workflow);
      return errors.toRefusal();
    }
  }
  putInOrder(submitted.runId, number, { runs: host.runs, prompts });
  return { status: 200, body: { prompt_id: origin.promptId, number, node_errors: errors.nodeErrors } };
}

/** Without the nodes that no output needs which can run, if there are others: what is wrong with them is told by itself. */
function onlyNeeded(workflow: Workflow, errors: NodeErrorList): Workflow {
  if (errors.isEmpty) return workflow;
  const needed = neededBy(errors.goodTargets, workflow);
  return { ...workflow, nodes: Object.fromEntries(Object.entries(workflow.nodes).filter(([id]) => needed.has(id))) };
}

/** The output nodes of a prompt, or those of them that are asked for, by ComfyUI's ids. */
function targetsOf(workflow: Workflow, partial: readonly string[] | undefined): readonly string[] {
  const outputs = Object.entries(workflow.nodes).flatMap(([id, { type, mode }]) =>
    OUTPUTS.has(type) && mode === undefined ? [id] : [],
  );
  if (partial === undefined) return outputs;
  return outputs.filter((id) => partial.includes(mainOrigin(originsOf(workflow.nodes[id]))?.id ?? id));
}

/** Puts a prompt that was just queued before those that wait with a higher number. */
function putInOrder(
  runId: string,
  number: number,
  { runs, prompts }: { readonly runs: ComfyHost['runs']; readonly prompts: PromptRuns },
): void {
  const others = prompts.list(['queued']).filter(({ run }) => run.id !== runId);
  if (!others.some(({ prompt }) => prompt.number > number)) return;
  // Each goes to the front, so the last of them is the first.
  const earlier = others.filter(({ prompt }) => prompt.number <= number);
  runs.moveToFront(runId);
  for (const { run } of earlier.toSorted((a, b) => b.prompt.number - a.prompt.number)) runs.moveToFront(run.id);
}

/** The targets and all that they read: what else stands in a prompt is never run. */
function neededBy(targets: readonly string[], { nodes }: Workflow): ReadonlySet<string> {
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

function addWrongValues(errors: NodeErrorList, wrong: readonly WrongValue[]): void {
  const ours = new Map([...errors.needed].map((id) => [errors.originOf(id)?.id, id]));
  for (const value of wrong) {
    const node = ours.get(value.node);
    if (node === undefined) continue;
    const { input, kind, received } = value;
    errors.add(node, {
      type: 'invalid_input_type',
      message: `Failed to convert an input value to a ${kind} value`,
      details: `${describeWrongValue(value)} Set it and queue the prompt again.`,
      extra_info: { input_name: input, received_value: received },
    });
  }
}

function addInputProblems(errors: NodeErrorList, problems: readonly InputProblem[]): void {
  const ours = new Map<string, string[]>();
  for (const id of errors.needed) {
    for (const theirs of errors.originIdsOf(id)) ours.set(theirs, [...(ours.get(theirs) ?? []), id]);
  }
  for (const problem of problems) {
    const nodes = ours.get(problem.node);
    if (nodes !== undefined) errors.addAt({ id: problem.node, class_type: problem.classType }, nodes, toError(problem));
  }
}

/** As ComfyUI's server says it. */
function toError(problem: InputProblem): ComfyError {
  const { kind, input } = problem;
  if (kind === 'missing') {
    const error = { type: 'required_input_missing', message: 'Required input is missing', details: input };
    return { ...error, extra_info: { input_name: input } };
  }
  const { received } = problem;
  const shown = formatExactJson(received).slice(0, MAX_SHOWN);
  const extra = { extra_info: { input_name: input, received_value: received } };
  switch (kind) {
    case 'no-source':
      return {
        type: 'bad_linked_input',
        message: 'Bad linked input',
        details: `${input}: nothing at ${shown}`,
        ...extra,
      };
    case 'not-in-list': {
      const details = `${input}: ${shown} not in [${problem.list.join(', ')}]`;
      return { type: 'value_not_in_list', message: 'Value not in list', details, ...extra };
    }
    case 'below':
      return {
        ...{ type: 'value_smaller_than_min', message: `Value ${shown} smaller than min of ${problem.limit}` },
        ...{ details: input, ...extra },
      };
    case 'above':
      return {
        ...{ type: 'value_bigger_than_max', message: `Value ${shown} bigger than max of ${problem.limit}` },
        ...{ details: input, ...extra },
      };
    default:
      return unreachable(problem);
  }
}

const MAX_SHOWN = 100;

interface ModelsContext extends Pick<ComfyHost, 'catalog' | 'checkpoints'> {
  readonly workflow: Workflow;
}

/** Checkpoints and other models by names that there are not. What is not known, as while no worker has told of its own, is let pass. */
async function addUnknownModels(
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

/** With the names that pictures have here. */
function withPictures(workflow: Workflow, names: UploadNames): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, node]) => {
    const image = PICTURES.has(node.type) ? node.params?.['image'] : undefined;
    if (typeof image !== 'string') return [id, node] as const;
    return [id, { ...node, params: { ...node.params, image: names.resolve(image) } }] as const;
  });
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}

// Of the outputs that a refusal names at each node.
const MAX_DEPENDENT = 100;

const PICTURES: ReadonlySet<string> = new Set(['LoadImage', 'LoadMask']);
const OUTPUTS: ReadonlySet<string> = new Set(['SaveImage', 'PreviewImage']);

function refusal(type: string, message: string, details: string): ComfyAnswer {
  return { status: 400, body: { error: { type, message, details, extra_info: {} }, node_errors: {} } };
}

/** What is wrong with a prompt, at the node that it is at, in that node's own id and class, so that clients show it there. */
class NodeErrorList {
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

  /** All the nodes of ComfyUI that a node of ours stands for. */
  originIdsOf(node: string): readonly string[] {
    return Object.values(originsOf(this.#workflow.nodes[node])).map(({ id }) => id);
  }

  add(node: string, error: ComfyError): void {
    const origin = this.originOf(node) ?? { id: node, class_type: this.#workflow.nodes[node]?.type ?? '' };
    this.addAt(origin, [node], error);
  }

  /** @param nodes ours that stand for it */
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
    const error = {
      type: 'prompt_outputs_failed_validation',
      message: 'Prompt outputs failed validation',
      details: all.map(({ message, details }) => details || message).join('\n'),
      extra_info: {},
    };
    return { status: 400, body: { error, node_errors: this.nodeErrors } };
  }
}

function addDiagnostics(errors: NodeErrorList, diagnostics: readonly Diagnostic[], workflow: Workflow): void {
  for (const diagnostic of diagnostics) {
    // What is not of one node, such as a circle, is told at each output.
    const isAtNode = 'node' in diagnostic && typeof diagnostic.node === 'string';
    const nodes = isAtNode ? [diagnostic.node] : errors.goodTargets;
    for (const node of nodes) {
      const isMissing = workflow.nodes[node]?.type.startsWith(PLACEHOLDER_PREFIX) === true;
      errors.add(node, {
        type: isMissing ? 'missing_node_type' : 'custom_validation_failed',
        message: describeDiagnostic(diagnostic),
        details: '',
        extra_info: {},
      });
    }
  }
}
