import {
  addFrame,
  addNode,
  addNote,
  addReroutePoint,
  boxAround,
  connect,
  type DocumentStore,
  deleteEntities,
  disconnect,
  duplicate,
  linksOf,
  move,
  resizeNode,
  setColour,
  setNoteText,
  setParam,
  setTitle,
  toggleCollapsed,
  toggleMode,
} from '@unclip-studio/editor/document';
import { formatWorkflow } from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRuns } from '../support/test-seed.js';
import { catalog, documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

const TYPES = [...catalog.types.keys()];

/** One command with numbers that pick what it acts on; a number that picks nothing makes it a no-op. */
const commands = fc.record({ kind: fc.nat(15), a: fc.nat(1000), b: fc.nat(1000), c: fc.nat(1000) });

type Command = typeof commands extends fc.Arbitrary<infer C> ? C : never;

function perform(store: DocumentStore, { kind, a, b, c }: Command): void {
  const { document } = store;
  const ids = Object.keys(document.nodes);
  const links = linksOf(document.nodes);
  const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];
  const id = pick(ids, a);
  const link = pick(links, b);
  const place = { x: a - 500, y: b - 500 };
  switch (kind) {
    case 0:
      addNode(store, { type: TYPES[a % TYPES.length] ?? 'LoadImage', at: place });
      break;
    case 1:
      if (id) deleteEntities(store, [id]);
      break;
    case 2: {
      const output = Object.keys(catalog.types.get(document.nodes[id ?? '']?.type ?? '')?.outputs ?? {})[0];
      const reader = pick(ids, c);
      const input = Object.keys(catalog.types.get(document.nodes[reader ?? '']?.type ?? '')?.inputs ?? {})[0];
      if (id && output && reader && input) connect(store, { node: id, output }, { node: reader, input }, link?.id);
      break;
    }
    case 3:
      if (link) disconnect(store, [link.id]);
      break;
    case 4:
      if (id) move(store, { entities: new Map([[id, place]]) });
      break;
    case 5:
      if (id) setParam(store, { node: id, name: 'seed', param: undefined, value: c });
      break;
    case 6:
      if (id) duplicate(store, [id, ...(pick(ids, b) ? [pick(ids, b) as string] : [])], { x: 9, y: 9 });
      break;
    case 7:
      if (id) toggleMode(store, [id], c % 2 === 0 ? 'mute' : 'bypass');
      break;
    case 8:
      if (id) setTitle(store, id, c % 3 === 0 ? '' : `Title ${c}`);
      break;
    case 9:
      if (id) setColour(store, [id], c % 2 === 0 ? 'red' : undefined);
      break;
    case 10:
      if (id) toggleCollapsed(store, [id]);
      break;
    case 11:
      if (id) resizeNode(store, id, c % 4 === 0 ? undefined : { width: 200 + c, height: 300 + b });
      break;
    case 12:
      if (link) addReroutePoint(store, link.id, 0, place);
      break;
    case 13:
      addFrame(store, { ...place, width: 100, height: 100 });
      break;
    case 14:
      addNote(store, { ...place, width: 100, height: 100 });
      break;
    default: {
      const note = pick(document.layout.notes, a);
      const frame = pick(document.layout.frames, b);
      if (note && c % 2 === 0) setNoteText(store, note.id, `Text ${c}`);
      else if (frame) deleteEntities(store, [`frame/${frame.id}`]);
    }
  }
}

test('undo of everything, then redo of everything, gives the same bytes', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), fc.array(fc.nat(900), { maxLength: 60 }), (list, pauses) => {
      const { store, wait } = storeOf(documentOf(IMAGE_PATH));
      const first = formatWorkflow(store.document);

      for (const [i, command] of list.entries()) {
        perform(store, command);
        wait(pauses[i] ?? 1000);
      }
      const last = formatWorkflow(store.document);
      while (store.undo() !== undefined);
      expect(formatWorkflow(store.document)).toBe(first);
      while (store.redo() !== undefined);

      expect(formatWorkflow(store.document)).toBe(last);
    }),
    { numRuns: randomRuns(150) },
  );
});

test('every command leaves places for exactly the nodes there are', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), (list) => {
      const { store } = storeOf(documentOf(IMAGE_PATH));

      for (const command of list) perform(store, command);

      const { nodes, layout } = store.document;
      expect(Object.keys(layout.nodes).sort()).toEqual(Object.keys(nodes).sort());
      expect(linksOf(nodes).every(({ source }) => Object.hasOwn(nodes, source))).toBe(true);
      const ends = new Set(linksOf(nodes).map(({ id }) => id));
      expect(Object.keys(layout.links ?? {}).filter((id) => !ends.has(id))).toEqual([]);
      expect(boxAround([])).toBeUndefined();
    }),
    { numRuns: randomRuns(100) },
  );
});
