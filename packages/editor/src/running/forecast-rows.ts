import { findWritten, subgraphNameOf, type Workflow } from '@unclip-studio/graph-core';
import type { RunForecast } from '@unclip-studio/protocol';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { WorkflowDocument } from '../document/document.js';

/** What a run will do for one node of the document, with all copies that a sweep makes of it. */
export interface ForecastRow {
  /** As the document calls it, such as `Group / UNet Sample`. */
  readonly name: string;
  /** The number of nodes in it. */
  readonly count: number;
  /** How many of them will run. */
  readonly running: number;
  /** Of those that will run; `undefined` if one of them was never timed. */
  readonly expectedMs: number | undefined;
}

/** In the order in which the first of each begins. */
export function forecastRows(
  { nodes }: RunForecast,
  whole: WorkflowDocument,
  catalog: EditorCatalog,
): readonly ForecastRow[] {
  const rows = new Map<string, ForecastRow>();
  for (const { node, willRun, expectedMs } of nodes) {
    const key = findWritten(whole, node)?.path.join('/') ?? node;
    const row = rows.get(key) ?? { name: nodeName(key, whole, catalog), count: 0, running: 0, expectedMs: 0 };
    const isKnown = row.expectedMs !== undefined && (!willRun || expectedMs !== undefined);
    rows.set(key, {
      ...row,
      count: row.count + 1,
      running: row.running + (willRun ? 1 : 0),
      expectedMs: isKnown ? (row.expectedMs ?? 0) + (willRun ? (expectedMs ?? 0) : 0) : undefined,
    });
  }
  return [...rows.values()];
}

/** How a workflow calls the node of a run, each part of the way by its title, such as `Group / UNet Sample`. */
export function nodeName(path: string, whole: Workflow, catalog: EditorCatalog): string {
  const parts = path.split('/');
  return parts
    .map((part, i) => {
      const node = findWritten(whole, parts.slice(0, i + 1).join('/'))?.node;
      const type = node?.type ?? '';
      return (
        node?.title ?? whole.subgraphs?.[subgraphNameOf(type) ?? '']?.title ?? catalog.types.get(type)?.title ?? part
      );
    })
    .join(' / ');
}
