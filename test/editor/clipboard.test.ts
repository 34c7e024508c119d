import {
  addReroutePoint,
  copyText,
  duplicate,
  nameReroutePoint,
  paste,
  readCopied,
} from '@unclip-studio/editor/document';
import { expect, test } from 'vitest';
import { documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

function copied(text: string) {
  const result = readCopied(text);
  if (!result.ok) throw new Error('the copied text cannot be read');
  return result.value;
}

test('pasted nodes keep the links among them and lose those from outside', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const text = copyText(store.document, ['embed', 'noise']);

  const keys = paste(store, copied(text), { offset: { x: 40, y: 40 } });

  expect(keys).toEqual(['embed2', 'noise2']);
  expect(store.document.nodes['noise2']?.inputs).toEqual({ embed: 'embed2.embed' });
  expect(store.document.nodes['embed2']).not.toHaveProperty('inputs');
  expect(store.undoLabels).toEqual(['paste']);
});

test('duplicates keep reading what the originals read', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));

  const keys = duplicate(store, ['embed'], { x: 0, y: 50 });

  expect(keys).toEqual(['embed2']);
  expect(store.document.nodes['embed2']?.inputs).toEqual({ vision: 'model.vision', image: 'photo.image' });
  expect(store.document.layout.nodes['embed2']?.y).toBe((store.document.layout.nodes['embed']?.y ?? 0) + 50);
});

test('the copied text is a workflow, so a whole file can be pasted as well', () => {
  const source = storeOf(documentOf(IMAGE_PATH)).store;
  const { store } = storeOf(documentOf({}));

  paste(store, copied(copyText(source.document, Object.keys(source.document.nodes))), { offset: { x: 0, y: 0 } });

  expect(store.document.nodes).toEqual(IMAGE_PATH);
});

test('points of wires are copied with them and their names', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  addReroutePoint(store, 'noise.embed', 0, { x: 100, y: 100 });
  nameReroutePoint(store, 'noise.embed', 0, 'Sky');

  paste(store, copied(copyText(store.document, ['embed', 'noise'])), { offset: { x: 1, y: 2 } });

  expect(store.document.layout.links?.['noise2.embed']).toEqual({ points: [{ x: 101, y: 102, name: 'Sky' }] });
});

test('frames and notes get their own ids', () => {
  const layout = {
    frames: [{ id: 'frame', title: 'Group', x: 0, y: 0, width: 10, height: 10 }],
    notes: [{ id: 'note', text: 'Hello', x: 0, y: 0, width: 10, height: 10 }],
  };
  const { store } = storeOf(documentOf(IMAGE_PATH, layout));

  const keys = duplicate(store, ['frame/frame', 'note/note'], { x: 5, y: 5 });

  expect(keys).toEqual(['frame/frame2', 'note/note2']);
  expect(store.document.layout.notes[1]).toEqual({ id: 'note2', text: 'Hello', x: 5, y: 5, width: 10, height: 10 });
});

test('a text that is not a workflow is rejected', () => {
  expect(readCopied('just some words').ok).toBe(false);
  expect(readCopied('{"format":"other"}').ok).toBe(false);
});
