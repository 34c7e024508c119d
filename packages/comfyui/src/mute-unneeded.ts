import { checkParam, parseLink, type WorkflowNode } from '@unclip-studio/graph-core';
import { type UnclipNode, unclipNodes } from '@unclip-studio/nodes-unclip';
import { type AddedNode, type Conversion, PLACEHOLDER_PREFIX } from './conversion.js';
import { originsOf } from './export-values.js';

/** Stored next to the origins of a node that the import muted: in ComfyUI it is not. */
const MUTED_KEY = 'isUnread';

type Nodes = ReadonlyMap<string, WorkflowNode>;

const definitions: ReadonlyMap<string, UnclipNode> = new Map(unclipNodes.map((node) => [node.type, node]));

/**
 * Mutes what would keep the rest from running and is not needed by it, as ComfyUI leaves it aside: placeholders and
 * unfinished nodes that nothing needs which saves or shows an image, and the outputs that have no image as long as others
 * have one. Where nothing saves or shows an image, only placeholders at which links neither begin nor end.
 */
export function muteUnneeded(conversion: Conversion): void {
  const nodes: Nodes = new Map(conversion.added.map(({ id, node }) => [id, node]));
  const outputs = [...nodes].flatMap(([id, node]) => (isRunning(node) && hasEffects(node) ? [id] : []));
  const cutOff = new Set(cutOffNodes(nodes));
  const good = outputs.filter((id) => !cutOff.has(id));
  const needed = ancestorsOf(good.length > 0 ? good : outputs, nodes);
  const linked = new Set([...nodes].flatMap(([id, node]) => sourcesOf(node).flatMap((source) => [id, source])));
  for (const [i, added] of conversion.added.entries()) {
    const { id, node } = added;
    const isIdle = needed.size > 0 ? !needed.has(id) : isPlaceholder(node) && !linked.has(id);
    if (!isRunning(node) || !isIdle) continue;
    const why = isPlaceholder(node)
      ? `${needed.size > 0 ? 'No image that is saved or shown needs it' : 'Nothing reads it'}, so it is muted.`
      : whyNotToRun(added, cutOff);
    if (why === undefined) continue;
    const comfyui = { ...(node as { readonly comfyui?: object }).comfyui, [MUTED_KEY]: true };
    conversion.added[i] = { ...added, node: { ...node, mode: 'mute', comfyui } as WorkflowNode };
    for (const origin of Object.values(originsOf(node))) {
      const theirs = conversion.graph.nodes.get(origin.id);
      if (theirs !== undefined) conversion.note(theirs, isPlaceholder(node) ? 'placeholder' : 'alike', [id], why);
    }
  }
}

/** Whether the import muted it, and not its user. */
export function isMutedByImport(node: WorkflowNode): boolean {
  const { comfyui } = node as { readonly comfyui?: { readonly [MUTED_KEY]?: unknown } };
  // Version 0.1 said it of the node that a placeholder came from.
  return comfyui?.[MUTED_KEY] === true || originsOf(node)['node']?.isUnread === true;
}

const isRunning = ({ mode }: WorkflowNode) => mode === undefined;
const isPlaceholder = ({ type }: WorkflowNode) => type.startsWith(PLACEHOLDER_PREFIX);
const hasEffects = ({ type }: WorkflowNode) => definitions.get(type)?.sideEffects === true;

function sourcesOf({ inputs = {} }: WorkflowNode): readonly string[] {
  return Object.values(inputs).flatMap((input) => parseLink(input)?.node ?? []);
}

/** Nodes with an unconnected required input, and all that read them, directly or indirectly. */
function cutOffNodes(nodes: Nodes): ReadonlySet<string> {
  const readers = new Map<string, string[]>();
  for (const [id, node] of nodes) {
    for (const source of sourcesOf(node)) readers.set(source, [...(readers.get(source) ?? []), id]);
  }
  const found = new Set([...nodes].flatMap(([id, node]) => (openInputs(node).length > 0 ? [id] : [])));
  // A set that grows is walked to its end.
  for (const id of found) for (const reader of readers.get(id) ?? []) found.add(reader);
  return found;
}

function ancestorsOf(ids: readonly string[], nodes: Nodes): ReadonlySet<string> {
  const found = new Set(ids);
  // A set that grows is walked to its end.
  for (const id of found) for (const source of sourcesOf(nodes.get(id) ?? { type: '' })) found.add(source);
  return found;
}

function openInputs({ type, inputs = {} }: WorkflowNode): readonly string[] {
  return Object.entries(definitions.get(type)?.inputs ?? {}).flatMap(([input, { optional }]) =>
    optional === true || Object.hasOwn(inputs, input) ? [] : [input],
  );
}

function whyNotToRun({ id, node }: AddedNode, cutOff: ReadonlySet<string>): string | undefined {
  const open = openInputs(node);
  if (open.length > 0) return `Its ${open.join(' and ')} is not connected, and nothing else needs it, so it is muted.`;
  if (hasEffects(node) && cutOff.has(id)) return 'A node before it is not connected, so it is muted.';
  const params = Object.entries(definitions.get(node.type)?.params ?? {});
  const wrong = params.flatMap(([name, param]) =>
    checkParam(param, node.params?.[name] ?? param.default) === undefined ? [] : [name],
  );
  return wrong.length > 0
    ? `Its ${wrong.join(' and ')} is not set, and nothing else needs it, so it is muted.`
    : undefined;
}
