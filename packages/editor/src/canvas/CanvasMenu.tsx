import { useMemo } from 'react';
import { frameAt, frameSelection, noteAt } from '../actions/annotate.js';
import { copySelection, cutSelection, pasteFromClipboard } from '../actions/clipboard-events.js';
import { selectedSampler } from '../actions/edit-actions.js';
import { selectedSubgraph } from '../actions/structure-actions.js';
import { portType } from '../catalog/can-connect.js';
import { addReroutePoint, disconnect, removeReroutePoint } from '../document/commands/links.js';
import { setColour } from '../document/commands/nodes.js';
import { resizeNode } from '../document/commands/placing.js';
import { TINTS, type Tint } from '../document/document.js';
import { entityOf } from '../document/entity-key.js';
import { findLink } from '../document/links.js';
import { structureStrings } from '../messages/structure-strings.js';
import { type EditorSession, useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { shownKey } from '../ui/keys.js';
import { MenuAtPoint, MenuColours, MenuItem, MenuLine } from '../ui/Menu.js';
import type { MenuRequest } from '../view/ui-state.js';

type Entry = { readonly label: string; readonly action?: string; readonly run: () => void } | 'line' | 'colours';

/** The menu of what was clicked with the right button. */
export function CanvasMenu({ request }: { readonly request: MenuRequest }) {
  const session = useSession();
  const { x, y } = request.screen;
  const anchor = useMemo(() => ({ getBoundingClientRect: () => DOMRect.fromRect({ x, y }) }), [x, y]);
  const close = () => session.ui.setState({ menu: undefined });
  return (
    <MenuAtPoint anchor={anchor} testId="canvas-menu" onClose={close}>
      {entriesFor(session, request).map((entry, i) => (
        <MenuEntry
          // The list does not change while it is open.
          key={i}
          entry={entry}
          keyOf={(id) => session.actions.find((action) => action.id === id)?.keys?.[0]}
          onColour={(tint) => {
            setColour(session.store, [...session.ui.getState().selection], tint);
            close();
          }}
        />
      ))}
    </MenuAtPoint>
  );
}

function MenuEntry({
  entry,
  keyOf,
  onColour,
}: {
  readonly entry: Entry;
  readonly keyOf: (action: string) => string | undefined;
  readonly onColour: (tint: Tint | undefined) => void;
}) {
  if (entry === 'line') return <MenuLine />;
  if (entry === 'colours') {
    return (
      <MenuColours
        label={strings.menu.colour}
        colours={[undefined, ...TINTS].map((tint) => ({
          label: tint ?? strings.menu.noColour,
          colour: tint === undefined ? 'var(--field)' : `var(--tint-${tint})`,
          onChoose: () => onColour(tint),
        }))}
      />
    );
  }
  const key = entry.action === undefined ? undefined : keyOf(entry.action);
  return <MenuItem label={entry.label} shortcut={key && shownKey(key)} onChoose={entry.run} />;
}

function entriesFor(session: EditorSession, request: MenuRequest): readonly Entry[] {
  const { target } = request;
  if (target === undefined) return backgroundEntries(session, request);
  return entityOf(target).kind === 'link' ? linkEntries(session, request, entityOf(target).id) : thingEntries(session);
}

function backgroundEntries(session: EditorSession, { screen, at }: MenuRequest): readonly Entry[] {
  return [
    { label: strings.menu.add, action: 'add-node', run: () => session.ui.setState({ search: { screen, at } }) },
    { label: strings.menu.addNote, action: 'add-note', run: () => noteAt(session, at) },
    { label: strings.menu.addFrame, run: () => frameAt(session, at) },
    'line',
    { label: strings.menu.paste, action: 'paste', run: () => void pasteFromClipboard(session) },
    actionEntry(session, 'select-all', strings.menu.selectAll),
    'line',
    actionEntry(session, 'tidy', strings.menu.tidy),
    actionEntry(session, 'fit', strings.menu.fit),
  ];
}

function linkEntries(session: EditorSession, { screen, at, reroute }: MenuRequest, id: string): readonly Entry[] {
  const { store, catalog, ui, canvas } = session;
  const link = findLink(store.document.nodes, id);
  const output = link && ({ node: link.source, side: 'output', name: link.output } as const);
  const type = (output && portType(store.document, catalog, output)) ?? '';
  const index = canvas.current?.wireAt(screen)?.index ?? 0;
  const place = { x: Math.round(at.x), y: Math.round(at.y) };
  return [
    {
      label: strings.menu.insertNode,
      run: () => ui.setState({ search: { screen, at, fit: { kind: 'between', type }, wire: { kind: 'link', id } } }),
    },
    reroute === undefined
      ? { label: strings.menu.addReroute, run: () => addReroutePoint(store, id, index, place) }
      : { label: strings.menu.removeReroute, run: () => removeReroutePoint(store, id, reroute) },
    'line',
    { label: strings.menu.disconnect, action: 'delete', run: () => disconnect(store, [id]) },
  ];
}

function thingEntries(session: EditorSession): readonly Entry[] {
  const { store, ui } = session;
  const selection = [...ui.getState().selection];
  const nodes = selection.flatMap((key) => (entityOf(key).kind === 'node' ? [key] : []));
  const isSized = nodes.some((id) => store.document.layout.nodes[id]?.width !== undefined);
  return [
    ...(selection.length === 1 ? [actionEntry(session, 'rename', strings.menu.rename)] : []),
    ...(nodes.length > 0
      ? [
          actionEntry(session, 'bypass', strings.menu.bypass),
          actionEntry(session, 'mute', strings.menu.mute),
          actionEntry(session, 'collapse', strings.menu.collapse),
          actionEntry(session, 'show-all-settings', strings.menu.showAllSettings),
          ...(selectedSampler(session) === undefined
            ? []
            : [actionEntry(session, 'change-later', strings.changeLater.action)]),
          actionEntry(session, 'make-subgraph', structureStrings.make),
          ...(selectedSubgraph(session) === undefined
            ? []
            : [
                actionEntry(session, 'enter-subgraph', structureStrings.enter),
                actionEntry(session, 'dissolve-subgraph', structureStrings.dissolve),
              ]),
        ]
      : []),
    ...(isSized ? [{ label: strings.menu.resetSize, run: () => resetSizes(session, nodes) }] : []),
    { label: strings.menu.frameSelection, action: 'frame', run: () => frameSelection(session) },
    'colours',
    'line',
    { label: strings.menu.cut, action: 'cut', run: () => void cutSelection(session) },
    { label: strings.menu.copy, action: 'copy', run: () => void copySelection(session) },
    actionEntry(session, 'duplicate', strings.menu.duplicate),
    actionEntry(session, 'delete', strings.menu.delete),
  ];
}

function actionEntry(session: EditorSession, id: string, label: string): Entry {
  return {
    label,
    action: id,
    run: () => session.actions.find((action) => action.id === id)?.run(session),
  };
}

function resetSizes({ store }: EditorSession, nodes: readonly string[]): void {
  for (const id of nodes) resizeNode(store, id, undefined);
}
