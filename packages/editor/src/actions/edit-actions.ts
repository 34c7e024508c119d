import { canChangeLater, changeLater } from '../document/commands/change-later.js';
import { duplicate } from '../document/commands/clipboard.js';
import { deleteEntities, toggleMode } from '../document/commands/nodes.js';
import { toggleCollapsed, toggleShowsAll } from '../document/commands/placing.js';
import { frameKey, idsOf, noteKey } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { EditorAction, EditorSession } from '../session/session.js';
import { frameSelection, noteAt } from './annotate.js';
import { copySelection, cutSelection, pasteFromClipboard, placeForNew } from './clipboard-events.js';

const OFFSET = { x: 32, y: 32 };

// What people type who look for a node among the commands. They are the same in all languages.
const NODE_WORDS: readonly string[] = [
  'ksampler',
  'sampler',
  'txt2img',
  'img2img',
  'inpaint',
  'upscale',
  'hires fix',
  'clip vision',
  'negative prompt',
  'batch',
  'cfg',
  'lora',
  'controlnet',
  'ip-adapter',
  'vae',
];

const hasSelection = ({ ui }: EditorSession) => ui.getState().selection.size > 0;
const hasNodes = ({ ui }: EditorSession) => selectedNodes(ui).length > 0;

/** The ids of the selected nodes. */
export function selectedNodes(ui: EditorSession['ui']): readonly string[] {
  return idsOf(ui.getState().selection, 'node');
}

/** The one selected node, if it is a sampler whose settings can change from a later step on. */
export function selectedSampler({ ui, store, catalog }: EditorSession): string | undefined {
  const [id, ...others] = selectedNodes(ui);
  const definition = catalog.types.get(store.document.nodes[id ?? '']?.type ?? '');
  return others.length === 0 && canChangeLater(definition) ? id : undefined;
}

export const editActions: readonly EditorAction[] = [
  {
    id: 'undo',
    label: () => texts.actions.undo,
    group: 'edit',
    keys: ['Mod+Z'],
    // Such a field shows the document's value, so its own undo would have no effect.
    worksInFields: 'document',
    repeats: true,
    isEnabled: ({ store }) => store.undoLabels.length > 0,
    run: ({ store, ui }) => {
      const label = store.undo();
      if (label !== undefined) ui.setState({ message: texts.messages.undid(label) });
    },
  },
  {
    id: 'redo',
    label: () => texts.actions.redo,
    group: 'edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    worksInFields: 'document',
    repeats: true,
    isEnabled: ({ store }) => store.redoLabels.length > 0,
    run: ({ store, ui }) => {
      const label = store.redo();
      if (label !== undefined) ui.setState({ message: texts.messages.redid(label) });
    },
  },
  {
    id: 'cut',
    label: () => texts.actions.cut,
    group: 'edit',
    keys: ['Mod+X'],
    isNative: true,
    isEnabled: hasSelection,
    run: (session) => void cutSelection(session),
  },
  {
    id: 'copy',
    label: () => texts.actions.copy,
    group: 'edit',
    keys: ['Mod+C'],
    isNative: true,
    isEnabled: hasSelection,
    run: (session) => void copySelection(session),
  },
  {
    id: 'paste',
    label: () => texts.actions.paste,
    group: 'edit',
    keys: ['Mod+V'],
    isNative: true,
    run: (session) => void pasteFromClipboard(session),
  },
  {
    id: 'paste-connected',
    label: () => texts.actions.pasteConnected,
    group: 'edit',
    keys: ['Mod+Shift+V'],
    isNative: true,
    run: (session) => void pasteFromClipboard(session, { keepInputs: true }),
  },
  {
    id: 'duplicate',
    label: () => texts.actions.duplicate,
    group: 'edit',
    keys: ['Mod+D'],
    isEnabled: hasSelection,
    run: ({ store, ui }) => {
      const added = duplicate(store, ui.getState().selection, OFFSET);
      if (added.length > 0) ui.setState({ selection: new Set(added) });
    },
  },
  {
    id: 'delete',
    label: () => texts.actions.delete,
    group: 'edit',
    keys: ['Delete', 'Backspace'],
    isEnabled: hasSelection,
    run: ({ store, ui }) => {
      deleteEntities(store, [...ui.getState().selection]);
      ui.setState({ selection: new Set() });
    },
  },
  {
    id: 'select-all',
    label: () => texts.actions.selectAll,
    group: 'edit',
    keys: ['Mod+A'],
    run: ({ store, ui }) => {
      const { nodes, layout } = store.document;
      const others = [...layout.frames.map(({ id }) => frameKey(id)), ...layout.notes.map(({ id }) => noteKey(id))];
      ui.setState({ selection: new Set([...Object.keys(nodes), ...others]) });
    },
  },
  {
    id: 'cancel',
    label: () => texts.actions.cancel,
    group: 'edit',
    keys: ['Escape'],
    run: ({ ui, canvas }) => {
      const { pending } = ui.getState();
      canvas.current?.drag.cancel();
      if (pending !== undefined) canvas.current?.wireGesture.cancel();
      else ui.setState({ selection: new Set(), search: undefined, menu: undefined, renaming: undefined });
    },
  },
  {
    id: 'add-node',
    label: () => texts.actions.addNode,
    group: 'nodes',
    keywords: NODE_WORDS,
    keys: ['Tab'],
    run: (session) => {
      const place = placeForNew(session);
      if (place !== undefined) session.ui.setState({ search: place });
    },
  },
  {
    id: 'add-note',
    label: () => texts.actions.addNote,
    group: 'nodes',
    keys: ['Shift+N'],
    run: (session) => {
      const place = placeForNew(session);
      if (place !== undefined) noteAt(session, place.at);
    },
  },
  {
    id: 'frame',
    label: () => texts.actions.frame,
    group: 'nodes',
    keys: ['Mod+G'],
    isEnabled: hasSelection,
    run: frameSelection,
  },
  {
    id: 'rename',
    label: () => texts.actions.rename,
    group: 'nodes',
    keys: ['F2'],
    isEnabled: ({ ui }) => ui.getState().selection.size === 1,
    run: ({ ui }) => {
      const [key] = ui.getState().selection;
      ui.setState({ renaming: key });
    },
  },
  {
    id: 'bypass',
    label: () => texts.actions.bypass,
    group: 'nodes',
    keys: ['Mod+B'],
    isEnabled: hasNodes,
    run: ({ store, ui }) => void toggleMode(store, selectedNodes(ui), 'bypass'),
  },
  {
    id: 'mute',
    label: () => texts.actions.mute,
    group: 'nodes',
    keys: ['Mod+M'],
    isEnabled: hasNodes,
    run: ({ store, ui }) => void toggleMode(store, selectedNodes(ui), 'mute'),
  },
  {
    id: 'change-later',
    label: () => texts.changeLater.action,
    group: 'nodes',
    isEnabled: (session) => selectedSampler(session) !== undefined,
    run: (session) => {
      const { store, ui, catalog } = session;
      const copies = changeLater(store, selectedSampler(session) ?? '', catalog);
      if (copies === undefined) ui.setState({ message: texts.changeLater.nothing });
      else ui.setState({ selection: new Set(copies), message: texts.changeLater.done(copies.length) });
    },
  },
  {
    id: 'collapse',
    label: () => texts.actions.collapse,
    group: 'nodes',
    keys: ['C'],
    isEnabled: hasNodes,
    run: ({ store, ui }) => void toggleCollapsed(store, selectedNodes(ui)),
  },
  {
    id: 'show-all-settings',
    label: () => texts.actions.showAllSettings,
    group: 'nodes',
    isEnabled: ({ ui }) => selectedNodes(ui).length === 1,
    run: ({ store, ui }) => void toggleShowsAll(store, selectedNodes(ui)[0] ?? ''),
  },
];
