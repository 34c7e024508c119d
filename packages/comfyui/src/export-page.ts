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
  /** What could not be said in ComfyUI's words: a node -> what is missing there. */
  readonly left: Readonly<Record<string, string>>;
}

/**
 * Says a workflow as ComfyUI's page saves it: with places, sizes, groups, notes, titles, and what is muted or bypassed. A page that
 * was imported is written as it was, subgraphs and all, but for what was changed since.
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
  // What comes from JSON has a form of its own only where it was read.
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

/** What is muted or bypassed has links as well. */
function withoutModes(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, { mode: _, ...node }]) => [id, node] as const);
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}
