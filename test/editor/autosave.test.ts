import { ChangeScheduler, type Draft, type DraftStore, setTitle, startAutosave } from '@unclip-studio/editor/document';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function memoryDrafts(): Pick<DraftStore, 'save'> & { readonly saved: Omit<Draft, 'id'>[] } {
  const saved: Omit<Draft, 'id'>[] = [];
  return {
    saved,
    save(draft) {
      saved.push(draft);
      return Promise.resolve();
    },
  };
}

function rig() {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const drafts = memoryDrafts();
  const autosave = startAutosave(store, {
    changes: new ChangeScheduler(store),
    drafts,
    delayMs: 400,
    workflowName: () => 'mine',
    onError: (error) => {
      throw error;
    },
  });
  return { store, drafts, autosave };
}

test('changes in quick succession are saved once, after the last', async () => {
  const { store, drafts } = rig();

  setTitle(store, 'photo', 'A');
  await vi.advanceTimersByTimeAsync(300);
  setTitle(store, 'photo', 'B');
  await vi.advanceTimersByTimeAsync(500);

  expect(drafts.saved).toHaveLength(1);
  expect(drafts.saved[0]?.text).toContain('"title": "B"');
  expect(drafts.saved[0]?.workflowName).toBe('mine');
});

test('a flush saves at once what was waiting, and nothing twice', async () => {
  const { store, drafts, autosave } = rig();
  setTitle(store, 'photo', 'A');

  await autosave.flush();
  await autosave.flush();
  await vi.advanceTimersByTimeAsync(1000);

  expect(drafts.saved).toHaveLength(1);
});

test('a read-only document is not saved over the own draft', async () => {
  const { store, drafts } = rig();

  store.open(documentOf({}), { isReadOnly: true });
  await vi.advanceTimersByTimeAsync(1000);

  expect(drafts.saved).toEqual([]);
});

test('a change counts as saved once the browser has stored it, and not while it does not answer or refuses', async () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const errors: unknown[] = [];
  let answer: { resolve(): void; reject(error: Error): void } | undefined;
  const autosave = startAutosave(store, {
    changes: new ChangeScheduler(store),
    drafts: {
      ...memoryDrafts(),
      save: () =>
        new Promise<void>((resolve, reject) => {
          answer = { resolve, reject };
        }),
    },
    delayMs: 400,
    workflowName: () => undefined,
    onError: (error) => errors.push(error),
  });
  expect(autosave.isKept()).toBe(true);

  setTitle(store, 'photo', 'A');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(autosave.isKept()).toBe(false);
  answer?.reject(new Error('the disk is full'));
  await vi.advanceTimersByTimeAsync(0);
  expect(autosave.isKept()).toBe(false);
  expect(errors).toHaveLength(1);

  // What failed is tried again when the page is about to be left.
  const flushed = autosave.flush();
  answer?.resolve();
  await flushed;
  expect(autosave.isKept()).toBe(true);
});

test('a document that was only viewed is saved once it is made one’s own', async () => {
  const { store, drafts, autosave } = rig();
  const shared = documentOf({ model: { type: 'LoadModel' } });
  store.open(shared, { isReadOnly: true });

  store.open(shared);
  expect(autosave.isKept()).toBe(false);
  await vi.advanceTimersByTimeAsync(500);

  expect(drafts.saved).toHaveLength(1);
  expect(autosave.isKept()).toBe(true);
});
