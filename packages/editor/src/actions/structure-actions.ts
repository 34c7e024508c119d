import { type SubgraphObstacle, subgraphNameOf } from '@unclip-studio/graph-core';
import { errorWords } from '../api/error-words.js';
import { openWorkflow } from '../catalog/open-workflow.js';
import { partOf } from '../document/commands/clipboard.js';
import { groupNodes, ungroup } from '../document/commands/structure.js';
import type { Point } from '../document/document.js';
import { numbered } from '../document/node-ids.js';
import { texts } from '../messages/texts.js';
import type { EditorAction, EditorSession } from '../session/session.js';
import { pasteAt } from './clipboard-events.js';
import { selectedNodes } from './edit-actions.js';

export const structureActions: readonly EditorAction[] = [
  {
    id: 'make-subgraph',
    label: () => texts.structure.make,
    group: 'nodes',
    keys: ['Mod+J'],
    isEnabled: ({ ui }) => selectedNodes(ui).length > 0,
    run: makeSubgraph,
  },
  {
    id: 'dissolve-subgraph',
    label: () => texts.structure.dissolve,
    group: 'nodes',
    keys: ['Mod+Shift+J'],
    isEnabled: (session) => selectedSubgraph(session) !== undefined,
    run: dissolve,
  },
  {
    id: 'enter-subgraph',
    label: () => texts.structure.enter,
    group: 'nodes',
    keys: ['E'],
    isEnabled: (session) => selectedSubgraph(session) !== undefined,
    run: (session) => enter(session, selectedSubgraph(session) ?? ''),
  },
  {
    id: 'leave-subgraph',
    label: () => texts.structure.leave,
    group: 'nodes',
    keys: ['Shift+E'],
    isEnabled: ({ store }) => store.scope.length > 0,
    run: (session) => leave(session, session.store.scope.length - 1),
  },
  {
    id: 'save-selection',
    label: () => texts.structure.saveSelection,
    keywords: ['blueprint', 'subgraph', 'snippet', 'reuse'],
    group: 'nodes',
    isEnabled: ({ ui, api }) => api.isOnline && selectedNodes(ui).length > 0,
    run: (session) => void saveSelection(session),
  },
];

/** The one selected node, if it is a subgraph. */
export function selectedSubgraph({ ui, store }: EditorSession): string | undefined {
  const [id, ...others] = selectedNodes(ui);
  const name = id === undefined ? undefined : subgraphNameOf(store.document.nodes[id]?.type ?? '');
  return others.length === 0 && name !== undefined ? id : undefined;
}

export function enter(session: EditorSession, id: string): void {
  session.ui.setState({ selection: new Set() });
  if (session.store.enter(id)) fitSoon(session);
}

/** @param depth how far inside to stay */
export function leave(session: EditorSession, depth: number): void {
  const { store, ui } = session;
  const left = store.scope[depth]?.node;
  store.leave(depth);
  ui.setState({ selection: new Set(left === undefined ? [] : [left]) });
  fitSoon(session);
}

function makeSubgraph(session: EditorSession): void {
  const { store, ui, catalog } = session;
  const made = groupNodes(store, selectedNodes(ui), catalog);
  if (made === undefined) return;
  if (typeof made === 'string') ui.setState({ selection: new Set([made]), message: texts.structure.made });
  else tell(session, made);
}

/** Saves the selected nodes under the title of the one, or of the workflow, with a number if it is taken. */
async function saveSelection({ ui, store, catalog, files }: EditorSession): Promise<void> {
  const part = partOf(store.document, ui.getState().selection);
  const [node, ...others] = Object.values(part.nodes);
  if (node === undefined) return;
  const subgraph = part.subgraphs?.[subgraphNameOf(node.type) ?? '']?.title;
  const ofNode = node.title ?? subgraph ?? catalog.types.get(node.type)?.title ?? node.type;
  const wanted = others.length === 0 ? ofNode : texts.structure.partOf(store.whole.title ?? texts.app.untitled);
  try {
    const taken = new Set((await files.client.list()).map(({ name }) => name));
    const title = numbered(wanted, (name) => taken.has(name));
    const saved = await files.client.save(title, { ...part, title }, 0);
    files.say(saved.kind === 'saved' ? texts.structure.savedSelection(title) : texts.conflict.exists(title));
  } catch (error) {
    files.say(texts.files.saveFailed(errorWords(error)));
  }
}

/**
 * Adds the nodes of a saved workflow to the one that is open.
 *
 * @param at of the left upper corner; when left out, under the pointer, or the center if it is elsewhere
 */
export async function insertSaved(session: EditorSession, name: string, at?: Point): Promise<void> {
  const { files, catalog } = session;
  try {
    const { workflow } = await files.client.read(name);
    const inserted = openWorkflow(workflow, catalog);
    pasteAt(session, inserted, { label: texts.edits.insert(name), ...(at && { at }) });
  } catch (error) {
    files.say(texts.files.openFailed(name, errorWords(error)));
  }
}

function dissolve(session: EditorSession): void {
  const { store, ui, catalog } = session;
  const made = ungroup(store, selectedSubgraph(session) ?? '', catalog);
  if (made === undefined) ui.setState({ message: texts.structure.notDissolved });
  else ui.setState({ selection: new Set(made) });
}

function tell({ ui, store }: EditorSession, { kind, nodes }: SubgraphObstacle): void {
  const names = nodes.map((id) => `“${store.document.nodes[id]?.title ?? id}”`).join(', ');
  const message = { between: texts.structure.between, 'sweeps-outside': texts.structure.sweepsOutside }[kind](names);
  ui.setState({ message });
}

/** The cards of the other graph are there a moment later. */
function fitSoon({ canvas }: EditorSession): void {
  void canvas.current?.reconciler.settled().then(() => canvas.current?.fit());
}
