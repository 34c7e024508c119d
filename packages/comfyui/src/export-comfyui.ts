import type { Workflow } from '@unclip-studio/graph-core';
import { ComfyFormatError, isRecord } from './comfy-graph.js';
import type { OriginNode } from './conversion.js';
import { formatExactJson, fromPlainJson } from './exact-json.js';
import { type ExportedNodes, type ExportedPrompt, exportNodes } from './export-nodes.js';
import { isLink, originsOf, valueOrigins } from './export-values.js';
import { importComfyUi, REST_KEY } from './import-comfyui.js';
import { mergeExports } from './merge-exports.js';
import type { ComfyApiNode } from './prompt-writer.js';

export type { ExportedPrompt } from './export-nodes.js';

/**
 * Exports a workflow in the format of ComfyUI's server (its API format), as far as it has nodes for it. An imported
 * prompt is exported unchanged, except for later changes.
 */
export function exportComfyUi(workflow: Workflow): ExportedPrompt {
  const { prompt, left } = exportChanged(workflow);
  const { [REST_KEY]: rest } = workflow as Workflow & { readonly [REST_KEY]?: unknown };
  return { prompt: { ...(isRecord(rest) ? (fromPlainJson(rest) as object) : {}), ...prompt }, left };
}

/** The nodes of an export, as they were where nothing was changed. */
export function exportChanged(workflow: Workflow): ExportedNodes {
  const after = exportNodes(workflow);
  if (isFromPage(workflow)) return after;
  const original = originalPrompt(workflow);
  if (Object.keys(original).length === 0) return after;
  const before = exportOf(original);
  if (before === undefined) return after;
  return { ...after, prompt: mergeExports({ original, before: before.prompt, after: after.prompt }) };
}

/** Whether it was imported from a saved page, whose values are those before ComfyUI's page sends them. */
function isFromPage(workflow: Workflow): boolean {
  return 'comfyuiPage' in workflow;
}

/** What an export makes of a prompt that nothing was changed in. */
function exportOf(prompt: Prompt): ExportedPrompt | undefined {
  try {
    return exportNodes(importComfyUi(formatExactJson(prompt)).workflow);
  } catch (error) {
    // Nodes of several workflows may be more than one import takes.
    if (error instanceof ComfyFormatError) return undefined;
    throw error;
  }
}

type Prompt = Readonly<Record<string, ComfyApiNode>>;

/** The nodes of a prompt that was imported, as they were, as far as a workflow still holds them. */
function originalPrompt(workflow: Workflow): Prompt {
  const origins = Object.values(workflow.nodes).flatMap((node) => Object.values(originsOf(node)));
  const all = [...Object.values(valueOrigins(workflow)), ...origins];
  const ids = new Set(all.map(({ id }) => id));
  return Object.fromEntries(all.map((origin) => [origin.id, toApiNode(origin, ids)]));
}

function toApiNode({ class_type, inputs, written, title, more }: OriginNode, ids: ReadonlySet<string>): ComfyApiNode {
  // Links to a node that was deleted here are dropped; links that were already broken stay.
  const linked = Object.entries(inputs).filter(([, value]) => !isLink(value) || ids.has(value[0]));
  const { _meta: meta, ...rest } = more ?? {};
  const about = { ...(isRecord(meta) ? meta : {}), ...(title === undefined ? {} : { title }) };
  const hasMeta = meta !== undefined || title !== undefined;
  return fromPlainJson({
    ...{ ...rest, inputs: { ...Object.fromEntries(linked), ...written }, class_type },
    ...(hasMeta ? { _meta: about } : {}),
  }) as ComfyApiNode;
}
