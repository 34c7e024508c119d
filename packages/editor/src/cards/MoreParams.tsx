import type { WorkflowNode } from '@unclip-studio/graph-core';
import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronUp from 'lucide-react/icons/chevron-up';
import { CARD } from '../catalog/card-layout.js';
import { toggleShowsAll } from '../document/commands/placing.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface MoreParamsProps {
  readonly id: string;
  readonly node: WorkflowNode;
  /** The params it shows or hides. */
  readonly names: readonly string[];
}

/** Shows or hides the params that are seldom used, and says if any of them is not as it was at first. */
export function MoreParams({ id, node, names }: MoreParamsProps) {
  const { store } = useSession();
  const isOpen = useDocument(({ layout }) => layout.nodes[id]?.showsAll === true);
  const changed = names.filter((name) => node.params?.[name] !== undefined).length;
  const Chevron = isOpen ? ChevronUp : ChevronDown;
  return (
    <Button
      variant="bare"
      className="more-params"
      style={{ height: CARD.moreRow }}
      aria-expanded={isOpen}
      onPointerDown={stopPointer}
      onClick={() => toggleShowsAll(store, id)}
    >
      <Chevron size={14} aria-hidden />
      {isOpen ? texts.card.fewerParams : texts.card.moreParams(names.length)}
      {!isOpen && changed > 0 && <span className="more-params-changed">{texts.card.changedParams(changed)}</span>}
    </Button>
  );
}
