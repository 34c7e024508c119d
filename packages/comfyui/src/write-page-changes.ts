import { ownEntry, type Workflow, type WorkflowNode } from '@unclip-studio/graph-core';
import { textOf } from './comfy-graph.js';
import type { ExportedNodes } from './export-nodes.js';
import { isLink, originsOf } from './export-values.js';
import { createSaying, inOneForm, type Saying } from './merge-exports.js';
import { layoutOf, placeOf, toGroup, toNote } from './new-page.js';
import type { PageEditor } from './page-editor.js';
import { toPageNode } from './page-nodes.js';

interface Version extends ExportedNodes {
  readonly workflow: Workflow;
}

interface Versions {
  /** What an import made of the page. */
  readonly before: Version;
  readonly after: Version;
}

/** Writes changes of an imported workflow into its page. */
export function writeChanges(editor: PageEditor, { before, after }: Versions): void {
  const isInvented = (id: string) => !editor.has(id);
  const [saidBefore, saidAfter] = [createSaying(before.prompt, isInvented), createSaying(after.prompt, isInvented)];
  removeNodes(editor, { before, after });
  const ids = addNodes(editor, { before, after }, { isInvented, saidBefore, saidAfter });
  for (const [id, { inputs, _meta: meta }] of Object.entries(after.prompt)) {
    const was = ownEntry(before.prompt, id);
    const isNew = ids.has(id);
    if (was === undefined && !isNew) continue;
    const own = ids.get(id) ?? id;
    if (!isNew && isInvented(id)) continue;
    const names = new Set([...Object.keys(isNew ? {} : (was?.inputs ?? {})), ...Object.keys(inputs)]);
    for (const name of names) {
      const value = ownEntry(inputs, name);
      if (!isNew && saidBefore.value(ownEntry(was?.inputs, name)) === saidAfter.value(value)) continue;
      if (isLink(value)) editor.link(own, name, [ids.get(value[0]) ?? value[0], value[1]]);
      else if (isNew) continue;
      else if (value === undefined) editor.unlink(own, name);
      else editor.setValue(own, name, value);
    }
    if (!isNew && was?._meta?.title !== meta?.title) editor.setTitle(own, meta?.title);
  }
  writeModesAndPlaces(editor, { before, after });
  writeGroups(editor, { before, after });
  writeNotes(editor, { before, after });
}

function removeNodes(editor: PageEditor, { before, after }: Versions): void {
  for (const id of Object.keys(before.prompt)) if (!Object.hasOwn(after.prompt, id)) editor.remove(id);
}

interface Sayings {
  readonly isInvented: (id: string) => boolean;
  readonly saidBefore: Saying;
  readonly saidAfter: Saying;
}

/** @returns the page's ids of the nodes that the page does not have yet */
function addNodes(editor: PageEditor, { before, after }: Versions, { isInvented, saidBefore, saidAfter }: Sayings) {
  const ids = new Map<string, string>();
  const known = new Set(Object.keys(before.prompt).filter(isInvented).map(saidBefore.node));
  const added = Object.keys(after.prompt).filter((id) => isInvented(id) && !known.has(saidAfter.node(id)));
  for (const id of added) {
    const said = after.prompt[id];
    const owner = after.owners.get(id)?.node ?? '';
    if (said === undefined) continue;
    if (id.includes(':') && Object.hasOwn(before.prompt, id)) {
      editor.left[id] = 'It is in a group node, of which the page has only one copy; its changes were not written.';
      continue;
    }
    const place = placeOf(after.workflow, owner) ?? { x: 0, y: 0 };
    const { mode } = after.workflow.nodes[owner] ?? {};
    ids.set(
      id,
      editor.add((number, order) => toPageNode(number, said, { place, mode, order, outputCount: 4 })),
    );
  }
  return ids;
}

function idsOf(node: WorkflowNode): readonly string[] {
  return Object.values(originsOf(node)).map(({ id }) => id);
}

function writeModesAndPlaces(editor: PageEditor, { before, after }: Versions): void {
  for (const [id, node] of Object.entries(after.workflow.nodes)) {
    const was = before.workflow.nodes[id];
    if (was === undefined) continue;
    const mode = node.mode === 'mute' ? 2 : node.mode === 'bypass' ? 4 : 0;
    const wasAt = placeOf(before.workflow, id);
    const isAt = placeOf(after.workflow, id);
    for (const comfyId of idsOf(node).filter((one) => editor.has(one))) {
      if (was.mode !== node.mode) editor.setMode(comfyId, mode);
      if (wasAt === undefined || isAt === undefined) continue;
      const [dx, dy] = [isAt.x - wasAt.x, isAt.y - wasAt.y];
      if (dx !== 0 || dy !== 0) editor.move(comfyId, { dx, dy });
    }
  }
}

type Entry = Readonly<Record<string, unknown>>;

/** Frames are called after the place of their group in the page. */
function writeGroups(editor: PageEditor, { before, after }: Versions): void {
  const frames = new Map(layoutOf(after.workflow).frames.map((frame) => [textOf(frame['id']), frame]));
  const known = layoutOf(before.workflow).frames;
  if (inOneForm(known) === inOneForm([...frames.values()])) return;
  const kept = editor.groups.flatMap((group, i) => {
    const [was, is] = [known[i], frames.get(textOf(known[i]?.['id']))];
    if (is === undefined) return [];
    frames.delete(textOf(is['id']));
    if (inOneForm(was) === inOneForm(is)) return [group];
    const { title, bounding } = toGroup(is);
    return [{ ...group, title, bounding }];
  });
  editor.setGroups([...kept, ...[...frames.values()].map(toGroup)]);
}

function writeNotes(editor: PageEditor, { before, after }: Versions): void {
  const notes = new Map(layoutOf(after.workflow).notes.map((note) => [textOf(note['id']), note]));
  for (const was of layoutOf(before.workflow).notes) {
    const id = textOf(was['id']);
    const own = id.replace(/^note/, '');
    const is = notes.get(id);
    notes.delete(id);
    if (is === undefined) editor.remove(own);
    else {
      if (is['text'] !== was['text']) editor.setNote(own, textOf(is['text']));
      const moved = (key: 'x' | 'y') => difference(is, was, key);
      if (moved('x') !== 0 || moved('y') !== 0) editor.move(own, { dx: moved('x'), dy: moved('y') });
    }
  }
  for (const note of notes.values()) editor.add((id) => toNote(id, note));
}

function difference(is: Entry, was: Entry, key: string): number {
  const [to, from] = [is[key], was[key]];
  return typeof to === 'number' && typeof from === 'number' ? to - from : 0;
}
