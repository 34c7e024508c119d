import type { Workflow } from '@unclip-studio/graph-core';
import { ComfyFormatError } from '../comfy-graph.js';
import type { ReadPrompt } from '../import-task.js';
import { isMutedByImport } from '../mute-unneeded.js';
import type { ComfyHost } from './host.js';
import {
  addDiagnostics,
  addInputProblems,
  addMissingImages,
  addUnknownModels,
  addWrongValues,
  type ComfyAnswer,
  type MissingImage,
  NodeErrorList,
  neededBy,
} from './node-errors.js';
import { mainOrigin, originsOf, type PromptOrigin, type PromptRuns } from './prompt-runs.js';
import type { UploadNames } from './upload-names.js';

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
  const { workflow: imported, missing } = await withImages(read.workflow, names);
  const targets = targetsOf(imported, read.partialTargets);
  if (targets.length === 0) {
    const hint = read.partialTargets === undefined ? 'Add a SaveImage or a PreviewImage.' : 'Name one that it has.';
    return refusal('prompt_no_outputs', 'Prompt has no outputs', hint);
  }
  const workflow = unmuted(imported, neededBy(targets, imported));
  const errors = new NodeErrorList(workflow, targets);
  addWrongValues(errors, read.wrongValues);
  addInputProblems(errors, read.inputProblems);
  await addUnknownModels(errors, { workflow, ...host });
  addMissingImages(errors, missing);
  if (errors.goodTargets.length === 0) return errors.toRefusal();
  // Numbered as in ComfyUI: a prompt for the front has a number below all others, and explicit numbers are not counted.
  const number = read.number ?? (read.isFront ? -1 : 1) * prompts.nextNumber();
  const origin: PromptOrigin = {
    promptId: read.promptId ?? crypto.randomUUID(),
    ...(clientId === undefined ? {} : { clientId }),
    ...{ number, promptText },
    ...(read.number === undefined ? {} : { isNumberSent: true }),
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
    // The remaining ones run, as in ComfyUI.
    submitted = await submit();
    if (!submitted.isQueued) {
      addDiagnostics(errors, submitted.diagnostics, workflow);
      return errors.toRefusal();
    }
  }
  putInOrder(submitted.runId, number, { runs: host.runs, prompts });
  return { status: 200, body: { prompt_id: origin.promptId, number, node_errors: errors.nodeErrors } };
}

/** Without the nodes that no runnable output needs, if there are others: their problems are reported separately. */
function onlyNeeded(workflow: Workflow, errors: NodeErrorList): Workflow {
  if (errors.isEmpty) return workflow;
  const needed = neededBy(errors.goodTargets, workflow);
  return { ...workflow, nodes: Object.fromEntries(Object.entries(workflow.nodes).filter(([id]) => needed.has(id))) };
}

/** The output nodes of a prompt, or the requested ones, by ComfyUI's ids. */
function targetsOf(workflow: Workflow, partial: readonly string[] | undefined): readonly string[] {
  const outputs = Object.entries(workflow.nodes).flatMap(([id, node]) =>
    OUTPUTS.has(node.type) && (node.mode === undefined || isMutedByImport(node)) ? [id] : [],
  );
  if (partial === undefined) return outputs;
  return outputs.filter((id) => partial.includes(mainOrigin(originsOf(workflow.nodes[id]))?.id ?? id));
}

/**
 * With nothing muted that a target needs: an import mutes outputs without an image, but the client must be notified of
 * the problem.
 */
function unmuted(workflow: Workflow, needed: ReadonlySet<string>): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, node]) => {
    const { mode: _, ...running } = node;
    return [id, needed.has(id) && isMutedByImport(node) ? running : node] as const;
  });
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}

/** Puts a prompt that was just queued before waiting ones with a higher number. */
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

/** With the names that images have here, and the unknown ones. */
async function withImages(
  workflow: Workflow,
  names: UploadNames,
): Promise<{ readonly workflow: Workflow; readonly missing: readonly MissingImage[] }> {
  const missing: MissingImage[] = [];
  const toNamed = async ([id, node]: readonly [string, Workflow['nodes'][string]]) => {
    const { image } = node.params ?? {};
    if (!IMAGE_LOADERS.has(node.type) || typeof image !== 'string') return [id, node] as const;
    const origin = mainOrigin(originsOf(node)) ?? { id, class_type: node.type };
    // The params have only the name; the folder in ComfyUI is in the prompt that was sent.
    const sent = origin.inputs?.['image'];
    const name = typeof sent === 'string' ? sent : image;
    const resolved = await names.resolve(name);
    if (resolved === undefined) missing.push({ node: id, origin, name });
    return [id, { ...node, params: { ...node.params, image: resolved ?? image } }] as const;
  };
  const nodes: (readonly [string, Workflow['nodes'][string]])[] = [];
  for (const entry of Object.entries(workflow.nodes)) nodes.push(await toNamed(entry));
  return { workflow: { ...workflow, nodes: Object.fromEntries(nodes) }, missing };
}

const IMAGE_LOADERS: ReadonlySet<string> = new Set(['LoadImage', 'LoadMask']);
const OUTPUTS: ReadonlySet<string> = new Set(['SaveImage', 'PreviewImage']);

function refusal(type: string, message: string, details: string): ComfyAnswer {
  return { status: 400, body: { error: { type, message, details, extra_info: {} }, node_errors: {} } };
}
