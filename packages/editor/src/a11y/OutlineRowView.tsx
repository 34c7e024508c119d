import { portLooks } from '../catalog/port-looks.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useProblems, useRunState } from '../session/use-stores.js';
import type { OutlineRow } from './outline-rows.js';

export interface OutlineRowViewProps {
  readonly row: OutlineRow;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  /** The one row that the Tab key reaches. */
  readonly isTabStop: boolean;
  readonly onFocus: () => void;
  readonly onToggle: () => void;
  readonly onConnect: () => void;
}

/** One row: a node with its state, or a port with its connection. */
export function OutlineRowView({
  row,
  isOpen,
  isSelected,
  isTabStop,
  onFocus,
  onToggle,
  onConnect,
}: OutlineRowViewProps) {
  return (
    <tr
      data-row={row.key}
      aria-level={row.kind === 'node' ? 1 : 2}
      aria-expanded={row.kind === 'node' ? isOpen : undefined}
      aria-selected={row.kind === 'node' ? isSelected : undefined}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={onFocus}
      onDoubleClick={row.kind === 'node' ? onToggle : onConnect}
    >
      {row.kind === 'node' ? <NodeCells node={row.node} title={row.title} /> : <PortCells row={row} />}
    </tr>
  );
}

function NodeCells({ node, title }: { readonly node: string; readonly title: string }) {
  const { state } = useRunState(node);
  const problems = useProblems(node);
  return (
    <>
      <td className="outline-node">{title}</td>
      <td data-problem={problems.length > 0 || undefined}>
        {problems.length > 0 ? texts.status.problem : texts.status[state]}
      </td>
    </>
  );
}

function PortCells({ row }: { readonly row: Extract<OutlineRow, { readonly kind: 'port' }> }) {
  const { catalog, store } = useSession();
  const { side, name, type, isOptional, others } = row;
  const named = others.map((other) => nameOf(store.document.nodes, other)).join(', ');
  return (
    <>
      <td className="outline-port">
        <i aria-hidden data-side={side} style={{ background: portLooks(type, catalog).colour }} />
        <small>{side === 'input' ? texts.outline.input : texts.outline.output}</small> {name}
        {type !== name && <small> {type}</small>}
      </td>
      <td data-open={(side === 'input' && !isOptional && others.length === 0) || undefined}>
        {side === 'input' ? (named === '' ? openWords(isOptional) : named) : outputWords(named)}
      </td>
    </>
  );
}

function openWords(isOptional: boolean): string {
  return isOptional ? texts.outline.optional : texts.outline.open;
}

function outputWords(readers: string): string {
  return readers === '' ? texts.outline.unused : readers;
}

/** `node.port`, by the user's own name for the node where there is one. */
function nameOf(nodes: Readonly<Record<string, { readonly title?: string }>>, port: string): string {
  const dot = port.indexOf('.');
  const node = port.slice(0, dot);
  return `${nodes[node]?.title ?? node}.${port.slice(dot + 1)}`;
}
