import AlignMiddle from 'lucide-react/icons/align-center-horizontal';
import AlignCentre from 'lucide-react/icons/align-center-vertical';
import AlignBottom from 'lucide-react/icons/align-end-horizontal';
import AlignRight from 'lucide-react/icons/align-end-vertical';
import SpreadAcross from 'lucide-react/icons/align-horizontal-space-between';
import AlignTop from 'lucide-react/icons/align-start-horizontal';
import AlignLeft from 'lucide-react/icons/align-start-vertical';
import SpreadDown from 'lucide-react/icons/align-vertical-space-between';
import { useMemo } from 'react';
import { frameAt, frameSelection, noteAt } from '../actions/annotate.js';
import { copySelection, cutSelection, pasteFromClipboard } from '../actions/clipboard-events.js';
import { selectedSampler } from '../actions/edit-actions.js';
import { selectedSubgraph } from '../actions/structure-actions.js';
import { sweepFromMenu } from '../actions/sweep-param.js';
import { portType } from '../catalog/can-connect.js';
import { definitionOf } from '../catalog/definitions.js';
import { addReroutePoint, disconnect, removeReroutePoint } from '../document/commands/links.js';
import { setColour } from '../document/commands/nodes.js';
import { resizeNode } from '../document/commands/placing.js';
import { TINTS, type Tint } from '../document/document.js';
import { entityOf } from '../document/entity-key.js';
import { findLink } from '../document/links.js';
import { texts } from '../messages/texts.js';
import { type EditorSession, useSession } from '../session/session.js';
import { shownKey } from '../ui/keys.js';
import { MenuAtPoint, MenuColours, MenuItem, MenuLine, MenuTools } from '../ui/Menu.js';
import type { MenuRequest } from '../view/ui-state.js';

type Entry =
  | { readonly label: string; readonly action?: string; readonly run: () => void }
  | 'line'
  | 'colours'
  | 'align';

const ALIGN_TOOLS = [
  { action: 'align-left', least: 2, label: () => texts.actions.alignLeft, Icon: AlignLeft },
  { action: 'align-centre', least: 2, label: () => texts.actions.alignCentre, Icon: AlignCentre },
  { action: 'align-right', least: 2, label: () => texts.actions.alignRight, Icon: AlignRight },
  { action: 'align-top', least: 2, label: () => texts.actions.alignTop, Icon: AlignTop },
  { action: 'align-middle', least: 2, label: () => texts.actions.alignMiddle, Icon: AlignMiddle },
  { action: 'align-bottom', least: 2, label: () => texts.actions.alignBottom, Icon: AlignBottom },
  { action: 'distribute-horizontal', least: 3, label: () => texts.actions.distributeHorizontally, Icon: SpreadAcross },
  { action: 'distribute-vertical', least: 3, label: () => texts.actions.distributeVertically, Icon: SpreadDown },
] as const;

/** The context menu. */
export function CanvasMenu({ request }: { readonly request: MenuRequest }) {
  const session = useSession();
  const { x, y } = request.screen;
  const anchor = useMemo(() => ({ getBoundingClientRect: () => DOMRect.fromRect({ x, y }) }), [x, y]);
  const close = () => session.ui.setState({ menu: undefined });
  return (
    <MenuAtPoint label={texts.menu.label} anchor={anchor} testId="canvas-menu" onClose={close}>
      {entriesFor(session, request).map((entry, i) => (
        <MenuEntry
          // The list does not change while it is open.
          key={i}
          entry={entry}
          keyOf={(id) => session.actions.find((action) => action.id === id)?.keys?.[0]}
          onAction={(id) => {
            session.actions.find((action) => action.id === id)?.run(session);
            close();
          }}
          several={session.ui.getState().selection.size}
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
  onAction,
  several,
}: {
  readonly entry: Entry;
  readonly onAction: (id: string) => void;
  /** How many things are selected. */
  readonly several: number;
  readonly keyOf: (action: string) => string | undefined;
  readonly onColour: (tint: Tint | undefined) => void;
}) {
  if (entry === 'line') return <MenuLine />;
  if (entry === 'colours') {
    return (
      <MenuColours
        label={texts.menu.colour}
        colours={[undefined, ...TINTS].map((tint) => ({
          label: tint === undefined ? texts.menu.noColour : texts.menu.colours[tint],
          colour: tint === undefined ? 'var(--field)' : `var(--tint-${tint})`,
          onChoose: () => onColour(tint),
        }))}
      />
    );
  }
  if (entry === 'align') {
    const shown = ALIGN_TOOLS.filter(({ least }) => several >= least);
    return (
      <MenuTools
        label={texts.menu.align}
        tools={shown.map(({ action, label, Icon }) => {
          const key = keyOf(action);
          return {
            label: key === undefined ? label() : `${label()} (${shownKey(key)})`,
            icon: <Icon size={16} />,
            onChoose: () => onAction(action),
          };
        })}
      />
    );
  }
  const key = entry.action === undefined ? undefined : keyOf(entry.action);
  return <MenuItem label={entry.label} shortcut={key && shownKey(key)} onChoose={entry.run} />;
}

function entriesFor(session: EditorSession, request: MenuRequest): readonly Entry[] {
  const { target } = request;
  if (target === undefined) return backgroundEntries(session, request);
  return entityOf(target).kind === 'link'
    ? linkEntries(session, request, entityOf(target).id)
    : [...paramEntries(session, request), ...thingEntries(session)];
}

/** What can be done with the param under the pointer. */
function paramEntries(session: EditorSession, { target, param }: MenuRequest): readonly Entry[] {
  const { store, catalog } = session;
  if (target === undefined || param === undefined || store.isReadOnly) return [];
  const declared = definitionOf(catalog, store.document.nodes, target)?.params[param];
  if (declared === undefined) return [];
  const label = texts.menu.sweep(declared.label ?? param);
  return [{ label, run: () => sweepFromMenu(session, { node: target, param }) }, 'line'];
}

function backgroundEntries(session: EditorSession, { screen, at }: MenuRequest): readonly Entry[] {
  return [
    { label: texts.menu.add, action: 'add-node', run: () => session.ui.setState({ search: { screen, at } }) },
    { label: texts.menu.addNote, action: 'add-note', run: () => noteAt(session, at) },
    { label: texts.menu.addFrame, run: () => frameAt(session, at) },
    'line',
    { label: texts.menu.paste, action: 'paste', run: () => void pasteFromClipboard(session) },
    actionEntry(session, 'paste-connected', texts.actions.pasteConnected),
    actionEntry(session, 'select-all', texts.menu.selectAll),
    'line',
    actionEntry(session, 'tidy', texts.menu.tidy),
    actionEntry(session, 'fit', texts.menu.fit),
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
      label: texts.menu.insertNode,
      run: () => ui.setState({ search: { screen, at, fit: { kind: 'between', type }, wire: { kind: 'link', id } } }),
    },
    ...(reroute === undefined
      ? [{ label: texts.menu.addReroute, run: () => addReroutePoint(store, id, index, place) }]
      : [
          {
            label: texts.menu.nameReroute,
            run: () => ui.setState({ namingPoint: { screen, link: id, index: reroute } }),
          },
          { label: texts.menu.removeReroute, run: () => removeReroutePoint(store, id, reroute) },
        ]),
    'line',
    { label: texts.menu.disconnect, action: 'delete', run: () => disconnect(store, [id]) },
  ];
}

function thingEntries(session: EditorSession): readonly Entry[] {
  const { store, ui } = session;
  const selection = [...ui.getState().selection];
  const nodes = selection.flatMap((key) => (entityOf(key).kind === 'node' ? [key] : []));
  const isSized = nodes.some((id) => store.document.layout.nodes[id]?.width !== undefined);
  return [
    ...(selection.length === 1 ? [actionEntry(session, 'rename', texts.menu.rename)] : []),
    ...(nodes.length > 0
      ? [
          actionEntry(session, 'bypass', texts.menu.bypass),
          actionEntry(session, 'mute', texts.menu.mute),
          actionEntry(session, 'collapse', texts.menu.collapse),
          actionEntry(session, 'show-all-settings', texts.menu.showAllSettings),
          ...(selectedSampler(session) === undefined
            ? []
            : [actionEntry(session, 'change-later', texts.changeLater.action)]),
          actionEntry(session, 'make-subgraph', texts.structure.make),
          actionEntry(session, 'save-selection', texts.structure.saveSelection),
          ...(selectedSubgraph(session) === undefined
            ? []
            : [
                actionEntry(session, 'enter-subgraph', texts.structure.enter),
                actionEntry(session, 'dissolve-subgraph', texts.structure.dissolve),
              ]),
        ]
      : []),
    ...(isSized ? [{ label: texts.menu.resetSize, run: () => resetSizes(session, nodes) }] : []),
    ...(nodes.length === 1 && selection.length === 1
      ? [actionEntry(session, 'explain-node', texts.guide.whatIsThis)]
      : []),
    { label: texts.menu.frameSelection, action: 'frame', run: () => frameSelection(session) },
    'colours',
    ...(selection.length > 1 ? (['align'] as const) : []),
    'line',
    { label: texts.menu.cut, action: 'cut', run: () => void cutSelection(session) },
    { label: texts.menu.copy, action: 'copy', run: () => void copySelection(session) },
    actionEntry(session, 'duplicate', texts.menu.duplicate),
    actionEntry(session, 'delete', texts.menu.delete),
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
