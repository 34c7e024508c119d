import { type NodeDefinition, subgraphNameOf, type WorkflowNode } from '@unclip-studio/graph-core';
import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronRight from 'lucide-react/icons/chevron-right';
import Ellipsis from 'lucide-react/icons/ellipsis';
import Enter from 'lucide-react/icons/log-in';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { enter } from '../actions/structure-actions.js';
import type { Problem } from '../catalog/find-problems.js';
import { setTitle } from '../document/commands/nodes.js';
import { toggleCollapsed } from '../document/commands/placing.js';
import type { NodeRunState } from '../live/run-groups.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { EditableText } from '../ui/EditableText.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { CardStatus } from './CardStatus.js';

export interface CardHeaderProps {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly isCollapsed: boolean;
  readonly run: NodeRunState;
  readonly problems: readonly Problem[];
}

/** Title, state and the ways to change how the card looks. */
export function CardHeader({ id, node, definition, isCollapsed, run, problems }: CardHeaderProps) {
  const session = useSession();
  const { store, ui, canvas } = session;
  const isRenaming = useUi((state) => state.renaming === id);
  const Chevron = isCollapsed ? ChevronRight : ChevronDown;
  return (
    <header className="card-header" data-testid="node-header">
      <Button
        variant="bare"
        className="card-button"
        aria-label={isCollapsed ? texts.card.expand : texts.card.collapse}
        aria-expanded={!isCollapsed}
        onPointerDown={stopPointer}
        onClick={() => toggleCollapsed(store, [id])}
      >
        <Chevron size={14} aria-hidden />
      </Button>
      <EditableText
        className="card-title"
        text={node.title ?? definition.title}
        label={texts.card.title}
        isEditing={isRenaming}
        tip={`${definition.title} · ${id}\n${definition.description}`}
        onEdit={() => ui.setState({ renaming: id })}
        onDone={(title) => {
          ui.setState({ renaming: undefined });
          if (title !== undefined) setTitle(store, id, title === definition.title ? '' : title);
        }}
      />
      {node.mode !== undefined && (
        <span className="card-mode">{node.mode === 'mute' ? texts.card.muted : texts.card.bypassed}</span>
      )}
      {problems.length > 0 && (
        <TriangleAlert
          className="card-alert"
          size={15}
          aria-hidden
          data-tip={problems.map(({ onCard }) => onCard).join('\n')}
        />
      )}
      <CardStatus run={run} />
      {subgraphNameOf(node.type) !== undefined && (
        <Button
          variant="bare"
          className="card-button"
          aria-label={texts.structure.enter}
          tip={texts.structure.enter}
          data-testid="enter-subgraph"
          onPointerDown={stopPointer}
          onClick={() => enter(session, id)}
        >
          <Enter size={14} aria-hidden />
        </Button>
      )}
      <Button
        variant="bare"
        className="card-button card-menu"
        aria-label={texts.card.menu}
        aria-haspopup="menu"
        onPointerDown={stopPointer}
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          const screen = { x: left, y: bottom };
          if (!ui.getState().selection.has(id)) ui.setState({ selection: new Set([id]) });
          ui.setState({ menu: { screen, at: canvas.current?.toCanvas(screen) ?? screen, target: id } });
        }}
      >
        <Ellipsis size={14} aria-hidden />
      </Button>
    </header>
  );
}
