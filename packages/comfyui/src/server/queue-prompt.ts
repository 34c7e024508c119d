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
  const unknown = unknownCheckpoints(workflow, targets, { catalog: host.catalog, checkpoints });
  if (unknown.length > 0) return notInList(workflow, unknown, { targets, checkpoints: checkpoints ?? new Set() });
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

interface UnknownCheckpoint {
  readonly node: string;
  readonly name: string;
}

/** Of the nodes that the targets need: what else stands in a prompt is never run. */
function unknownCheckpoints(
  { nodes }: Workflow,
  targets: readonly string[],
  {
    catalog,
    checkpoints,
  }: { readonly catalog: Catalog<NodeDefinition>; readonly checkpoints: ReadonlySet<string> | undefined },
): readonly UnknownCheckpoint[] {
  if (checkpoints === undefined) return [];
  const needed = new Set(targets);
  // A set that grows is walked to its end.
  for (const id of needed) {
    for (const input of Object.values(nodes[id]?.inputs ?? {})) {
      const link = parseLink(input);
      if (link !== undefined) needed.add(link.node);
    }
  }
  return [...needed].flatMap((id) => {
    const { type = '', params = {} } = nodes[id] ?? {};
    return Object.entries(catalog.types.get(type)?.params ?? {}).flatMap(([param, definition]) => {
      const name = params[param];
      if (definition.kind !== 'checkpoint' || definition.model !== undefined || typeof name !== 'string') return [];
      return checkpoints.has(name) || checkpoints.has(`${name}.safetensors`) ? [] : [{ node: id, name }];
    });
  });
}

/** In ComfyUI's words, so that its clients show it at the node. */
function notInList(
  workflow: Workflow,
  unknown: readonly UnknownCheckpoint[],
  { targets, checkpoints }: { readonly targets: readonly string[]; readonly checkpoints: ReadonlySet<string> },
): ComfyAnswer {
  const outputs = targets.slice(0, MAX_DEPENDENT).map((id) => originOf(workflow, id)?.id ?? id);
  const there = [...checkpoints].slice(0, MOST_NAMES).join(', ') || 'none';
  const errors = unknown.map(({ node, name }): readonly [string, NodeErrors] => {
    const origin = originOf(workflow, node);
    const error: ComfyError = {
      type: 'value_not_in_list',
      message: 'Value not in list',
      details: `ckpt_name: there is no checkpoint "${name}"; there are: ${there}`,
      extra_info: { input_name: 'ckpt_name', received_value: name },
    };
    const type = workflow.nodes[node]?.type ?? '';
    return [
      origin?.id ?? node,
      { errors: [error], dependent_outputs: outputs, class_type: origin?.class_type ?? type },
    ];
  });
  return failedValidation(
    errors.flatMap(([, node]) => node.errors.map(({ details }) => details)).join('\n'),
    Object.fromEntries(errors),
  );
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

/** Every problem at the node that it is at, in that node's own id and class. */
function problems(workflow: Workflow, diagnostics: readonly Diagnostic[], targets: readonly string[]): ComfyAnswer {
  // A node of ComfyUI can have any name, "__proto__" too.
  const errors = new Map<string, NodeErrors>();
  const outputs = targets.slice(0, MAX_DEPENDENT).map((id) => originOf(workflow, id)?.id ?? id);
  for (const diagnostic of diagnostics) {
    const node = 'node' in diagnostic && typeof diagnostic.node === 'string' ? diagnostic.node : (targets[0] ?? '');
    const origin = originOf(workflow, node);
    const type = workflow.nodes[node]?.type ?? '';
    const id = origin?.id ?? node;
    const known = errors.get(id) ?? { errors: [], dependent_outputs: outputs, class_type: origin?.class_type ?? type };
    errors.set(id, known);
    known.errors.push({
      type: type.startsWith(PLACEHOLDER_PREFIX) ? 'missing_node_type' : 'custom_validation_failed',
      message: describeDiagnostic(diagnostic),
      details: '',
      extra_info: {},
    });
  }
  const details = diagnostics.map(describeDiagnostic).join('\n');
  return failedValidation(details, Object.fromEntries(errors));
}

function failedValidation(details: string, nodeErrors: Readonly<Record<string, NodeErrors>>): ComfyAnswer {
  const error = {
    type: 'prompt_outputs_failed_validation',
    message: 'Prompt outputs failed validation',
    details,
    extra_info: {},
  };
  return { status: 400, body: { error, node_errors: nodeErrors } };
}

function originOf({ nodes }: Workflow, id: string): NodeOrigin | undefined {
  return Object.hasOwn(nodes, id) ? mainOrigin(originsOf(nodes[id])) : undefined;
}
