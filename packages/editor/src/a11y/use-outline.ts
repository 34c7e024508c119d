import { type RefObject, useMemo, useRef, useState } from 'react';
import type { PortRef } from '../catalog/can-connect.js';
import { connect, disconnect } from '../document/commands/links.js';
import { deleteEntities } from '../document/commands/nodes.js';
import { linkId } from '../document/links.js';
import { texts } from '../messages/texts.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { type OutlineRow, outlineRows } from './outline-rows.js';

/** What the outline shows, and what can be done in it. */
export interface Outline {
  readonly grid: RefObject<HTMLTableElement | null>;
  readonly rows: readonly OutlineRow[];
  /** The row that has the focus, or gets it next. */
  readonly current: OutlineRow | undefined;
  /** The port for which a partner is being chosen. */
  readonly connecting: PortRef | undefined;
  isOpen(node: string): boolean;
  setOpen(node: string, isOpen: boolean): void;
  focusRow(key: string): void;
  /** The row has got the focus. */
  enter(row: OutlineRow): void;
  select(row: OutlineRow): void;
  /** Goes to a node's card, or begins to connect a port. */
  act(row: OutlineRow): void;
  startConnecting(row: OutlineRow): void;
  /** @param partner `undefined`: the user gave it up */
  finishConnecting(partner: PortRef | undefined): void;
  /** Deletes a node, or disconnects an input. */
  remove(row: OutlineRow): void;
}

export function useOutline(): Outline {
  const { store, catalog, ui, canvas } = useSession();
  const document = useDocument((whole) => whole);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string>();
  const [connecting, setConnecting] = useState<PortRef>();
  const grid = useRef<HTMLTableElement>(null);
  const rows = useMemo(() => outlineRows(document, catalog, (node) => !closed.has(node)), [document, catalog, closed]);

  function focusRow(key: string): void {
    setFocused(key);
    const find = () => grid.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
    const row = find();
    if (row) row.focus();
    // The row of a new node is only drawn after this event.
    else requestAnimationFrame(() => find()?.focus());
  }

  function select({ node }: OutlineRow): void {
    if (!ui.getState().selection.has(node)) ui.setState({ selection: new Set([node]) });
  }

  function startConnecting(row: OutlineRow): void {
    if (row.kind === 'port') setConnecting(row);
  }

  function removeNode(row: OutlineRow & { readonly kind: 'node' }): void {
    const nodes = rows.filter(({ kind }) => kind === 'node');
    const at = nodes.indexOf(row);
    const next = nodes[at + 1] ?? nodes[at - 1];
    deleteEntities(store, [row.node]);
    ui.setState({ message: texts.outline.removed(row.title) });
    if (next !== undefined) focusRow(next.key);
  }

  return {
    grid,
    rows,
    current: rows.find(({ key }) => key === focused) ?? rows[0],
    connecting,
    isOpen: (node) => !closed.has(node),
    setOpen: (node, isOpen) =>
      setClosed((before) => new Set(isOpen ? [...before].filter((other) => other !== node) : [...before, node])),
    focusRow,
    enter(row) {
      setFocused(row.key);
      select(row);
    },
    select,
    act(row) {
      select(row);
      if (row.kind === 'node') focusCard(canvas.current, row.node);
      else startConnecting(row);
    },
    startConnecting,
    finishConnecting(partner) {
      setConnecting(undefined);
      if (connecting === undefined) return;
      focusRow(keyOf(connecting));
      if (partner === undefined) return;
      const [source, reader] = connecting.side === 'output' ? [connecting, partner] : [partner, connecting];
      connect(store, { node: source.node, output: source.name }, { node: reader.node, input: reader.name });
      ui.setState({
        message: texts.outline.connectedNow(`${source.node}.${source.name}`, `${reader.node}.${reader.name}`),
      });
    },
    remove(row) {
      if (row.kind === 'node') removeNode(row);
      else if (row.side === 'input' && disconnect(store, [linkId(row.node, row.name)])) {
        ui.setState({ message: texts.outline.disconnected(`${row.node}.${row.name}`) });
      }
    },
  };
}

function keyOf({ node, side, name }: PortRef): string {
  return `${node}${side === 'input' ? '<' : '>'}${name}`;
}

/** Brings a card onto the screen and puts the focus on it. Cards outside of the screen have no element until then. */
function focusCard(canvas: CanvasAdapter | undefined, node: string): void {
  if (canvas === undefined) return;
  canvas.fit([node]);
  void canvas.settled().then(() => {
    canvas.container.querySelector<HTMLElement>(`[data-node-id="${CSS.escape(node)}"]`)?.focus();
  });
}
