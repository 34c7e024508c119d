import type { Draft, DraftStore } from './autosave.js';

const DATABASE = 'unclip-studio';
const TABLE = 'drafts';
const TAB_KEY = 'unclip-draft';
const MAX_DRAFTS = 20;

/**
 * Drafts in IndexedDB, one a tab. A tab holds a lock on its draft while it lives, so that a reload or a new tab after a
 * crash takes up the draft that was left, and a second tab does not take the first one's.
 */
export function createIndexedDbDrafts(): DraftStore {
  let id: string | undefined;
  return {
    async claim() {
      const drafts = await readAll();
      drafts.sort((a, b) => b.savedAtMs - a.savedAtMs);
      await Promise.all(drafts.slice(MAX_DRAFTS).map((draft) => write((table) => table.delete(draft.id))));
      const own = sessionStorage.getItem(TAB_KEY);
      const candidates = [...drafts.filter((draft) => draft.id === own), ...drafts.filter((draft) => draft.id !== own)];
      for (const draft of candidates) {
        if (!(await hold(draft.id))) continue;
        id = draft.id;
        sessionStorage.setItem(TAB_KEY, id);
        return draft;
      }
      return undefined;
    },
    async save(draft) {
      if (id === undefined) {
        id = newId();
        await hold(id);
        sessionStorage.setItem(TAB_KEY, id);
      }
      const row: Draft = { ...draft, id };
      await write((table) => table.put(row));
    },
    async discard() {
      const old = id;
      if (old !== undefined) await write((table) => table.delete(old));
    },
  };
}

/** Takes the lock for as long as the tab lives. Pages without a secure origin have no locks; they share drafts. */
function hold(id: string): Promise<boolean> {
  const { locks } = navigator as Partial<Navigator>;
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    void locks.request(`unclip-draft-${id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // Never settles: the browser gives the lock back when the tab is gone.
      return lock === null ? undefined : new Promise<void>(() => {});
    });
  });
}

// crypto.randomUUID needs a secure origin, too.
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function readAll(): Promise<Draft[]> {
  const database = await openDatabase();
  return done(database.transaction(TABLE).objectStore(TABLE).getAll());
}

async function write(act: (table: IDBObjectStore) => IDBRequest): Promise<void> {
  const database = await openDatabase();
  await done(act(database.transaction(TABLE, 'readwrite').objectStore(TABLE)));
}

let opened: Promise<IDBDatabase> | undefined;

function openDatabase(): Promise<IDBDatabase> {
  opened ??= (() => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TABLE, { keyPath: 'id' });
    };
    return done(request);
  })();
  return opened;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
