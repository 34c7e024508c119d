import {
  type Catalog,
  type Diagnostic,
  describeDiagnostic,
  type NodeDefinition,
  parseLink,
  type Workflow,
} from '@unclip-studio/graph-core';
import { ComfyFormatError } from '../comfy-graph.js';
import { PLACEHOLDER_PREFIX } from '../import-comfyui.js';
import type { ReadPrompt } from '../import-task.js';
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
  const { promptText, clientId, previews, isFront } = read;
  const workflow = withPictures(read.workflow, names);
  const targets = Object.keys(workflow.nodes).filter((id) => OUTPUTS.has(workflow.nodes[id]?.type ?? ''));
  if (targets.length === 0) {
    return refusal('prompt_no_outputs', 'Prompt has no outputs', 'Add a SaveImage or a PreviewImage.');
  }
  const checkpoints = await host.checkpoints.all();
  const needed = neededBy(targets, workflow);
  const errors = new NodeErrorList(workflow, targets);
  addWrongValues(errors, read.wrongValues, needed);
  addUnknownCheckpoints(errors, needed, { workflow, catalog: host.catalog, checkpoints });
  if (!errors.isEmpty) return errors.toAnswer();
  const number = prompts.nextNumber();
  const origin: PromptOrigin = {
    promptId: read.promptId ?? crypto.randomUUID(),
    ...(clientId === undefined ? {} : { clientId }),
    ...{ number, promptText },
    ...(previews === undefined ? {} : { previews }),
  };
  const queued = { ...workflow, title: 'From a ComfyUI client', comfyui: origin } as Workflow;
  const submitted = await host.runs.submit({
    ...{ workflow: queued, targets, isFront },
    ...(clientId === undefined ? {} : { clientId }),
  });
  if (!submitted.isQueued) return problems(workflow, submitted.diagnostics, targets);
  return { status: 200, body: { prompt_id: origin.promptId, number, node_errors: {} } };
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

function addWrongValues(errors: NodeErrorList, wrong: readonly WrongValue[], needed: ReadonlySet<string>): void {
  const ours = new Map([...needed].map((id) => [errors.originOf(id)?.id, id]));
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

interface CheckpointContext {
  readonly workflow: Workflow;
  readonly catalog: Catalog<NodeDefinition>;
  /** Left out while it is not known which there are. */
  readonly checkpoints: ReadonlySet<string> | undefined;
}

function addUnknownCheckpoints(
  errors: NodeErrorList,
  needed: ReadonlySet<string>,
  { workflow: { nodes }, catalog, checkpoints }: CheckpointContext,
): void {
  if (checkpoints === undefined) return;
  for (const id of needed) {
    const { type = '', params = {} } = nodes[id] ?? {};
    for (const [param, definition] of Object.entries(catalog.types.get(type)?.params ?? {})) {
      const name = params[param];
      if (definition.kind !== 'checkpoint' || definition.model !== undefined || typeof name !== 'string') continue;
      if (checkpoints.has(name) || checkpoints.has(`${name}.safetensors`)) continue;
      const there = [...checkpoints].slice(0, MOST_NAMES).join(', ') || 'none';
      errors.add(id, {
        type: 'value_not_in_list',
        message: 'Value not in list',
        details: `ckpt_name: there is no checkpoint "${name}"; there are: ${there}`,
        extra_info: { input_name: 'ckpt_name', received_value: name },
      });
    }
  }
}

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
  // A node of ComfyUI can have any name, "__proto__" too.
  readonly #nodes = new Map<string, NodeErrors>();

  constructor(workflow: Workflow, targets: readonly string[]) {
    this.#workflow = workflow;
    this.#targets = targets;
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  originOf(node: string): NodeOrigin | undefined {
    const { nodes } = this.#workflow;
    return Object.hasOwn(nodes, node) ? mainOrigin(originsOf(nodes[node])) : undefined;
  }

  add(node: string, error: ComfyError): void {
    const origin = this.originOf(node);
    const id = origin?.id ?? node;
    const known = this.#nodes.get(id) ?? {
      errors: [],
      dependent_outputs: this.#targets.slice(0, MAX_DEPENDENT).map((target) => this.originOf(target)?.id ?? target),
      class_type: origin?.class_type ?? this.#workflow.nodes[node]?.type ?? '',
    };
    this.#nodes.set(id, known);
    known.errors.push(error);
  }

  toAnswer(): ComfyAnswer {
    const all = [...this.#nodes.values()].flatMap(({ errors }) => errors);
    const error = {
      type: 'prompt_outputs_failed_validation',
      message: 'Prompt outputs failed validation',
      details: all.map(({ message, details }) => details || message).join('\n'),
      extra_info: {},
    };
    return { status: 400, body: { error, node_errors: Object.fromEntries(this.#nodes) } };
  }
}

function problems(workflow: Workflow, diagnostics: readonly Diagnostic[], targets: readonly string[]): ComfyAnswer {
  const errors = new NodeErrorList(workflow, targets);
  for (const diagnostic of diagnostics) {
    const node = 'node' in diagnostic && typeof diagnostic.node === 'string' ? diagnostic.node : (targets[0] ?? '');
    const isMissing = workflow.nodes[node]?.type.startsWith(PLACEHOLDER_PREFIX) === true;
    errors.add(node, {
      type: isMissing ? 'missing_node_type' : 'custom_validation_failed',
      message: describeDiagnostic(diagnostic),
      details: '',
      extra_info: {},
    });
  }
  return errors.toAnswer();
}
