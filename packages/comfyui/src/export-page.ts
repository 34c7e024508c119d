import type { Workflow } from '@unclip-studio/graph-core';
import { idOf, isRecord } from './comfy-graph.js';
import { formatExactJson, fromPlainJson } from './exact-json.js';
import { exportChanged } from './export-comfyui.js';
import { exportNodes } from './export-nodes.js';
import { originsOf } from './export-values.js';
import { importComfyUi } from './import-comfyui.js';
import { toNewPage } from './new-page.js';
import { PageEditor } from './page-editor.js';
import { inWidgetOrder } from './widget-order.js';
import { writeChanges } from './write-page-changes.js';

export interface ExportedPage {
  /** As ComfyUI's page saves it. Whole numbers beyond 2^53 are BigInt; see `formatExactJson`. */
  readonly page: Readonly<Record<string, unknown>>;
  /** Nodes that cannot be expressed in ComfyUI: a node -> what is missing there. */
  readonly left: Readonly<Record<string, string>>;
}

/**
 * Exports a workflow in the format of ComfyUI's page: with positions, sizes, groups, notes, titles, and muted or
 * bypassed nodes. An imported page is written unchanged, including subgraphs, except for later changes.
 */
export function exportComfyUiPage(workflow: Workflow): ExportedPage {
  const { comfyuiPage } = workflow as Workflow & { readonly comfyuiPage?: unknown };
  const kept = inWidgetOrder(fromPlainJson(comfyuiPage));
  if (!isWholePage(kept, workflow)) {
    const exported = exportChanged(withoutModes(workflow));
    return { page: toNewPage(workflow, exported), left: exported.left };
  }
  const after = exportNodes(withoutModes(workflow));
  const text = formatExactJson(kept);
  const imported = importComfyUi(text).workflow;
  const before = exportNodes(withoutModes(imported));
  // Values from JSON keep their formatting only where they were read.
  const editor = new PageEditor(structuredClone(kept) as Record<string, unknown>);
  writeChanges(editor, { before: { ...before, workflow: imported }, after: { ...after, workflow } });
  const left = Object.entries(after.left).filter(([id]) => before.left[id] !== after.left[id]);
  return { page: editor.finish(), left: { ...Object.fromEntries(left), ...editor.left } };
}

/** Of pages that were imported formerly, only what had no counterpart was kept. */
function isWholePage(kept: unknown, workflow: Workflow): kept is Readonly<Record<string, unknown>> {
  if (!isRecord(kept) || !Array.isArray(kept['nodes'])) return false;
  if (Array.isArray(kept['links'])) return true;
  const ids = new Set(kept['nodes'].filter(isRecord).map(({ id }) => idOf(id)));
  const origins = Object.values(workflow.nodes).flatMap((node) => Object.values(originsOf(node)));
  return origins.some(({ id }) => ids.has(id));
}

/** Muted and bypassed nodes have links as well. */
function withoutModes(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, { mode: _, ...node }]) => [id, node] as const);
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}
