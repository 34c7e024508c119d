import type { Catalog, Workflow } from '@unclip-studio/graph-core';
import { isModelPort, type UnclipNode } from '@unclip-studio/nodes-unclip';

/**
 * Whether a run asks for each model in one stretch, so that none is needed again once the next was loaded: at most one node of
 * each type that runs models, and none that stands for several. Two of one type may take turns with others.
 */
export function isOneShot({ nodes }: Workflow, { types }: Catalog<UnclipNode>): boolean {
  const definitions = Object.values(nodes).map(({ type }) => types.get(type));
  const isPlain = definitions.every((definition) => definition !== undefined && definition.expands === undefined);
  const running = definitions.filter((definition) => definition !== undefined && runsModels(definition));
  return isPlain && new Set(running).size === running.length;
}

function runsModels({ inputs }: UnclipNode): boolean {
  return Object.values(inputs).some(isModelPort);
}
