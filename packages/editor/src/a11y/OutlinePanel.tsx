import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useSession } from '../app/session.js';
import { useDocument, useUi } from '../app/use-stores.js';
import type { PortRef } from '../catalog/can-connect.js';
import { connect, disconnect } from '../document/commands/links.js';
import { deleteEntities } from '../document/commands/nodes.js';
import { linkId } from '../document/links.js';
import { panelStrings } from '../panels/strings.js';
import { AddNodeField } from './AddNodeField.js';
import { ConnectList } from './ConnectList.js';
import { focusCard } from './focus-card.js';
import './outline.css';
import { OutlineRowView } from './OutlineRowView.js';
import { type OutlineRow, outlineRows } from './outline-rows.js';

const words = panelStrings.outline;

/** The whole graph as a tree grid: what the canvas shows, for keys and for screen readers. */
export function OutlinePanel() {
  const { store, catalog, ui, canvas } = useSession();
  const document = useDocument((whole) => whole);
  const selection = useUi((state) => state.selection);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string>();
  const [connecting, setConnecting] = useState<PortRef>();
  const grid = useRef<HTMLTableElement>(null);
  const rows = useMemo(() => outlineRows(document, catalog, (node) => !closed.has(node)), [document, catalog, closed]);
  const current = rows.find(({ key }) => key === focused) ?? rows[0];

  const say = (message: string) => ui.setState({ message });
  const focusRow = (key: string) => {
    setFocused(key);
    const find = () => grid.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
    const row = find();
    if (row) row.focus();
    // The row of a new node is only drawn after this event.
    else requestAnimationFrame(() => find()?.focus());
  };
  const select = (row: OutlineRow) => ui.setState({ selection: new Set([row.node]) });

  function setOpen(node: string, isOpen: boolean): void {
    setClosed((before) => {
      const after = new Set(before);
      if (isOpen) after.delete(node);
      else after.add(node);
      return after;
    });
  }

  function finishConnecting(partner: PortRef | undefined): void {
    const from = connecting;
    setConnecting(undefined);
    if (from === undefined) return;
    focusRow(keyOf(from));
    if (partner === undefined) return;
    const [source, reader] = from.side === 'output' ? [from, partner] : [partner, from];
    connect(store, { node: source.node, output: source.name }, { node: reader.node, input: reader.name });
    say(words.connectedNow(`${source.node}.${source.name}`, `${reader.node}.${reader.name}`));
  }

  function remove(row: OutlineRow): void {
    if (row.kind === 'node') {
      const at = rows.indexOf(row);
      const next =
        rows.slice(at + 1).find(({ kind }) => kind === 'node') ??
        rows.findLast(({ kind, key }) => kind === 'node' && key !== row.key);
      deleteEntities(store, [row.node]);
      say(words.removed(row.title));
      if (next !== undefined) focusRow(next.key);
    } else if (row.side === 'input' && row.others.length > 0) {
      disconnect(store, [linkId(row.node, row.name)]);
      say(words.disconnected(`${row.node}.${row.name}`));
    }
  }

  function onKey(event: KeyboardEvent): void {
    if (current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(current);
    const nodeRows = rows.filter(({ kind }) => kind === 'node');
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focusRow((rows[at + 1] ?? current).key),
      ArrowUp: () => focusRow((rows[at - 1] ?? current).key),
      Home: () => focusRow((rows[0] ?? current).key),
      End: () => focusRow((rows.at(-1) ?? current).key),
      PageDown: () => focusRow((nodeRows[nodeRows.findIndex(({ node }) => node === current.node) + 1] ?? current).key),
      PageUp: () => focusRow((nodeRows[nodeRows.findIndex(({ node }) => node === current.node) - 1] ?? current).key),
      ArrowRight: () => (current.kind === 'node' ? setOpen(current.node, true) : undefined),
      ArrowLeft: () => {
        if (current.kind === 'node') setOpen(current.node, false);
        else focusRow(current.node);
      },
      Enter: () => {
        select(current);
        if (current.kind === 'port') setConnecting(current);
        else focusCard(canvas.current, current.node);
      },
      c: () => current.kind === 'port' && setConnecting(current),
      Delete: () => remove(current),
      Backspace: () => remove(current),
      ' ': () => select(current),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  return (
    <div className="outline" data-testid="outline">
      <AddNodeField onAdded={focusRow} />
      <p id="outline-hint" className="outline-hint">
        {words.hint}
      </p>
      {rows.length === 0 && <p className="outline-hint">{words.empty}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a tree grid is a table, as the ARIA practices build it */}
      <table ref={grid} role="treegrid" aria-label={words.label} aria-describedby="outline-hint" onKeyDown={onKey}>
        <tbody>
          {rows.map((row) => (
            <OutlineRowView
              key={row.key}
              row={row}
              isOpen={!closed.has(row.node)}
              isSelected={row.kind === 'node' && selection.has(row.node)}
              isTabStop={row.key === current?.key}
              onFocus={() => {
                setFocused(row.key);
                if (!selection.has(row.node)) select(row);
              }}
              onToggle={() => setOpen(row.node, closed.has(row.node))}
              onConnect={() => row.kind === 'port' && setConnecting(row)}
            />
          ))}
        </tbody>
      </table>
      {connecting && <ConnectList from={connecting} onDone={finishConnecting} />}
    </div>
  );
}

function keyOf({ node, side, name }: PortRef): string {
  return `${node}${side === 'input' ? '<' : '>'}${name}`;
}
