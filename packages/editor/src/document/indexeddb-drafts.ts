import type { Draft, DraftStore } from './autosave.js';
import { type DraftHolder, holdByAsking, holdByLocks } from './draft-holder.js';
import { inTime, openDatabase, readAll, update } from './indexeddb.js';

const DATABASE = { name: 'unclip-studio', table: 'drafts' } as const;
const TAB_KEY = 'unclip-draft';
const MAX_DRAFTS = 20;
// Another tab answers within some milliseconds unless its machine is very busy.
const ANSWER_MS = 250;
// The editor does not start before it knows of drafts, so a browser that never answers must not stop it for long.
const CLAIM_MS = 3000;
const SAVE_MS = 8000;

interface DraftRow extends Draft {
  /** The tab that writes it. */
  readonly tab?: string;
}

/**
 * Drafts in IndexedDB, one for each workflow that a tab has open. A tab holds its drafts while it lives, so that a reload or a new tab after a crash takes up
 * the draft that was left, and a second tab does not take the first one's.
 */
export function createIndexedDbDrafts(): DraftStore {
  const tab = newId();
  const holder = createHolder(tab);
  let id: string | undefined;
  const database = openDatabase(DATABASE);

  async function claim(): Promise<Draft | undefined> {
    const drafts = await readAll<DraftRow>(database);
    drafts.sort((a, b) => b.savedAtMs - a.savedAtMs);
    const old = drafts.slice(MAX_DRAFTS);
    if (old.length > 0) await update(database, (table) => old.forEach((draft) => void table.delete(draft.id)));
    const own = readTabKey();
    const candidates = [...drafts.filter((draft) => draft.id === own), ...drafts.filter((draft) => draft.id !== own)];
    for (const { tab: _, ...draft } of candidates) {
      if (!(await holdRow(draft))) continue;
      use(draft.id);
      return draft;
    }
    return undefined;
  }

  async function holdRow(draft: Draft): Promise<boolean> {
    if (!(await holder.hold(draft.id))) return false;
    // Announces its owner immediately, to a tab that was frozen when it was asked.
    await update(database, (table) => void table.put({ ...draft, tab }));
    return true;
  }

  async function take(wanted: string): Promise<Draft | undefined> {
    const found = (await readAll<DraftRow>(database)).find((draft) => draft.id === wanted);
    if (found === undefined) return undefined;
    const { tab: _, ...draft } = found;
    return (await holdRow(draft)) ? draft : undefined;
  }

  function use(other: string | undefined): void {
    id = other;
    rememberTabKey(other);
  }

  async function save(draft: Omit<Draft, 'id'>): Promise<void> {
    if (id === undefined) await takeNew();
    const own = id as string;
    if (await writeOwned({ ...draft, id: own, tab })) return;
    await takeNew();
    await update(database, (table) => void table.put({ ...draft, id: id as string, tab }));
  }

  async function takeNew(): Promise<void> {
    const fresh = newId();
    use(fresh);
    await holder.hold(fresh);
  }

  /** @returns false if another tab writes this draft meanwhile */
  async function writeOwned(row: DraftRow): Promise<boolean> {
    let isOwn = true;
    await update(database, (table) => {
      const read: IDBRequest<DraftRow | undefined> = table.get(row.id);
      read.onsuccess = () => {
        isOwn = read.result?.tab === undefined || read.result.tab === tab;
        if (isOwn) table.put(row);
      };
    });
    return isOwn;
  }

  return {
    claim: () => inTime(claim(), CLAIM_MS),
    save: (draft) => inTime(save(draft), SAVE_MS),
    get current() {
      return id;
    },
    use,
    // Nobody waits for it, and what took long would seem to be gone.
    take,
    async discard() {
      const old = id;
      if (old !== undefined)
        await inTime(
          update(database, (table) => void table.delete(old)),
          SAVE_MS,
        );
    },
  };
}

function createHolder(tab: string): DraftHolder {
  const { locks } = navigator as Partial<Navigator>;
  return locks === undefined
    ? holdByAsking(new BroadcastChannel('unclip-drafts'), { tab, waitMs: ANSWER_MS })
    : holdByLocks(locks);
}

// A browser may forbid storage; the tab then finds its draft again as the newest one.
function readTabKey(): string | null {
  try {
    return sessionStorage.getItem(TAB_KEY);
  } catch {
    return null;
  }
}

function rememberTabKey(id: string | undefined): void {
  try {
    if (id === undefined) sessionStorage.removeItem(TAB_KEY);
    else sessionStorage.setItem(TAB_KEY, id);
  } catch {
    // See above.
  }
}

// crypto.randomUUID needs a secure origin, too.
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
