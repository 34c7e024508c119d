import { type NodeDefinition, subgraphNameOf, type WorkflowNode } from '@unclip-studio/graph-core';
import { type CSSProperties, memo, useCallback, useSyncExternalStore } from 'react';
import { enter } from '../actions/structure-actions.js';
import { cardLayoutOf } from '../catalog/card-boxes.js';
import type { CardLayout } from '../catalog/card-layout.js';
import { definitionOf, isKnownType } from '../catalog/definitions.js';
import type { Problem } from '../catalog/find-problems.js';
import { categoryColour } from '../catalog/port-looks.js';
import { replaceCheckpoint } from '../document/commands/params.js';
import { resizeNode } from '../document/commands/placing.js';
import type { NodeRunState } from '../live/run-groups.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument, useProblems, useRunState, useUi } from '../session/use-stores.js';
import { useDrag } from '../ui/use-drag.js';
import { FormerCheckpoints } from '../widgets/FormerCheckpoints.js';
import { CardHeader } from './CardHeader.js';
import { CardParts } from './CardParts.js';
import { CardPorts } from './CardPorts.js';
import { CardProblems, UnreadTexts } from './CardProblems.js';
import { CardProgress } from './CardStatus.js';
import { RequiredFiles } from './RequiredFiles.js';
import './card.css';

/**
 * The card of one node. It renders again when its own node, looks, run state or problems change, and never on a pan.
 */
export const NodeCard = memo(function NodeCard({ id }: { readonly id: string }) {
  const session = useSession();
  const { catalog, store } = session;
  const node = useDocument((document) => document.nodes[id]);
  const looks = useDocument((document) => document.layout.nodes[id]);
  const isOpen = useUi((ui) => ui.pending?.over === id);
  const layout = useDocument((document) => cardLayoutOf(document, catalog, id, isOpen));
  const isSelected = useUi((ui) => ui.selection.has(id));
  const run = useRunState(id);
  const problems = useProblems(id);
  const isComplete = useIsComplete(id);
  // A subgraph's card changes when the subgraph gets a port or a title.
  useDocument((document) => document.subgraphs?.[subgraphNameOf(node?.type ?? '') ?? '']);
  const definition = definitionOf(catalog, store.document.nodes, id);
  if (node === undefined || looks === undefined || definition === undefined || layout === undefined) return null;

  const title = node.title ?? definition.title;
  const isCollapsed = looks.collapsed === true;
  const status = problems.length > 0 ? texts.status.problem : texts.status[run.state];
  const style: CSSProperties & Record<'--category', string> = {
    width: layout.width,
    height: layout.height,
    '--category': looks.colour === undefined ? categoryColour(definition.category) : `var(--tint-${looks.colour})`,
  };
  return (
    <article
      className="card"
      style={style}
      data-testid="node"
      data-node-id={id}
      data-selected={isSelected || undefined}
      data-mode={node.mode}
      data-state={run.state}
      data-problem={problems.length > 0 || run.state === 'failed' || undefined}
      data-collapsed={isCollapsed || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a card takes keys: arrows move it, Delete removes it
      tabIndex={0}
      aria-label={texts.card.label(title, status)}
      onDoubleClick={(event) => {
        if (subgraphNameOf(node.type) !== undefined && isOnPlainCard(event.target)) enter(session, id);
      }}
    >
      <CardHeader id={id} node={node} definition={definition} isCollapsed={isCollapsed} run={run} problems={problems} />
      <CardProgress run={run} />
      <CardPorts id={id} node={node} definition={definition} layout={layout} isCollapsed={isCollapsed} />
      {!isCollapsed && (
        <CardParts id={id} node={node} definition={definition} layout={layout} isComplete={isComplete} />
      )}
      {isComplete && !isCollapsed && <ResizeGrip id={id} layout={layout} />}
      <CardBelow node={node} definition={definition} run={run} problems={problems} isSelected={isSelected} />
    </article>
  );
});

/** Titles are renamed by a double click, and fields select what is in them. */
function isOnPlainCard(target: EventTarget): boolean {
  return target instanceof Element && target.closest('.card-title, button, input, textarea, select, .socket') === null;
}

interface CardBelowProps {
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly run: NodeRunState;
  readonly problems: readonly Problem[];
  readonly isSelected: boolean;
}

/** What there is to say about the node, below its card, so that the card keeps its size. */
function CardBelow({ node, definition: { params }, run, problems, isSelected }: CardBelowProps) {
  const { catalog, store } = useSession();
  const hasFailed = run.state === 'failed';
  const opensCheckpoint = Object.values(params).some(({ kind }) => kind === 'checkpoint');
  const mayHoldUnread = Object.values(params).some((param) => param.kind === 'text' && param.unread !== undefined);
  const required = useDocument(({ requires }) => requires);
  if (!opensCheckpoint && !mayHoldUnread && required === undefined && !isSelected && !hasFailed) return null;
  return (
    <div className="card-below">
      {opensCheckpoint && (
        <FormerCheckpoints
          params={params}
          values={node.params ?? {}}
          onReplace={(from, to) => replaceCheckpoint(store, catalog, { from, to })}
        />
      )}
      {required !== undefined && <RequiredFiles params={params} values={node.params ?? {}} required={required} />}
      {mayHoldUnread && <UnreadTexts params={params} values={node.params ?? {}} />}
      {(isSelected || hasFailed) && (
        <CardProblems
          problems={problems}
          failure={hasFailed ? run.message : undefined}
          unknownType={isKnownType(catalog, node.type) ? undefined : node.type}
        />
      )}
    </div>
  );
}

/** Whether the card draws its params, or leaves them out as too small to be read. */
function useIsComplete(id: string): boolean {
  const { canvas } = useSession();
  const adapter = canvas.current;
  if (adapter === undefined) throw new Error('Internal error: a card is drawn without a canvas');
  const { visibility } = adapter;
  const subscribe = useCallback((listener: () => void) => visibility.subscribe(id, listener), [visibility, id]);
  return useSyncExternalStore(subscribe, () => visibility.isComplete(id));
}

/** The corner that resizes a card; a double click restores its natural size. */
function ResizeGrip({ id, layout }: { readonly id: string; readonly layout: CardLayout }) {
  const { store, canvas } = useSession();
  const drag = useDrag(layout, ({ width, height }, { dx, dy }) => {
    const k = canvas.current?.viewport.k ?? 1;
    resizeNode(store, id, { width: width + dx / k, height: height + dy / k });
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu offers the natural size for keys
    <span
      className="resize-grip"
      data-tip={texts.card.resize}
      {...drag}
      onDoubleClick={() => resizeNode(store, id, undefined)}
    />
  );
}
