import { ClassicPreset, type GetSchemes } from 'rete';
import type { ReactArea2D } from 'rete-react-plugin';

// Rete asks for nodes and connections of its classic kind. Ours carry nothing but ids: cards read the document.
export type ReteNode = ClassicPreset.Node;
export type ReteConnection = ClassicPreset.Connection<ReteNode, ReteNode> & {
  readonly isLoop?: boolean;
  readonly isPseudo?: boolean;
};
export type Schemes = GetSchemes<ReteNode, ReteConnection>;
export type AreaExtra = ReactArea2D<Schemes>;

export function createReteNode(id: string): ReteNode {
  const node = new ClassicPreset.Node(id);
  node.id = id;
  return node;
}
