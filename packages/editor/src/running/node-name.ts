import { findWritten, subgraphNameOf, type Workflow } from '@unclip-studio/graph-core';
import type { EditorCatalog } from '../catalog/definitions.js';

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
