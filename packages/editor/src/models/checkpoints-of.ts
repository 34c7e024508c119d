import type { EditorCatalog } from '../catalog/definitions.js';
import { type Nodes, nodesReached } from '../document/links.js';

/**
 * The checkpoints that a model of this card must be compatible with: those connected to its inputs; else those
 * connected to its readers, such as for a card that only loads a model.
 */
export function checkpointsOf(nodes: Nodes, node: string, catalog: Pick<EditorCatalog, 'types'>): readonly string[] {
  const own = checkpointsAmong(nodes, nodesReached(nodes, node, 'up'), catalog);
  if (own.length > 0) return own;
  const readers = [...nodesReached(nodes, node, 'down')];
  const around = new Set(readers.flatMap((reader) => [...nodesReached(nodes, reader, 'up')]));
  return checkpointsAmong(nodes, around, catalog);
}

function checkpointsAmong(
  nodes: Nodes,
  ids: ReadonlySet<string>,
  { types }: Pick<EditorCatalog, 'types'>,
): readonly string[] {
  const names = [...ids].flatMap((id) => {
    const { type = '', params = {} } = nodes[id] ?? {};
    return Object.entries(types.get(type)?.params ?? {}).flatMap(([name, param]) => {
      if (param.kind !== 'checkpoint' || param.model !== undefined) return [];
      const value = params[name] ?? param.default;
      return typeof value === 'string' && value !== '' ? [value] : [];
    });
  });
  return [...new Set(names)];
}
