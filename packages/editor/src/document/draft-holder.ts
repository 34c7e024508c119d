/** Makes sure that two tabs do not write one draft. */
export interface DraftHolder {
  /** Takes a draft for as long as the tab lives. @returns false if another tab has it */
  hold(id: string): Promise<boolean>;
}

/** By the browser's own locks, which pages over plain http on a LAN do not have. */
export function holdByLocks(locks: Pick<LockManager, 'request'>): DraftHolder {
  return {
    hold: (id) =>
      new Promise((resolve, reject) => {
        locks
          .request(`unclip-draft-${id}`, { ifAvailable: true }, (lock) => {
            resolve(lock !== null);
            // Never settles: the browser releases the lock when the tab is gone.
            return lock === null ? undefined : new Promise<void>(() => {});
          })
          .catch(reject);
      }),
  };
}

interface HolderMessage {
  readonly kind: 'asks' | 'has';
  readonly id: string;
  /** The tab that sends it. */
  readonly tab: string;
}

/**
 * Asks the other tabs: one that has a draft, or requests it with a smaller name, answers. A tab that the browser has
 * frozen does not answer; `writeOwned` of the drafts then keeps the two apart.
 *
 * @param waitMs how long another tab may take to answer
 */
export function holdByAsking(channel: BroadcastChannel, { tab, waitMs }: { tab: string; waitMs: number }): DraftHolder {
  const held = new Set<string>();
  const asked = new Map<string, () => void>();
  channel.addEventListener('message', ({ data }: MessageEvent<HolderMessage>) => {
    if (data.tab === tab) return;
    if (data.kind === 'has') asked.get(data.id)?.();
    else if (held.has(data.id) || (asked.has(data.id) && tab < data.tab)) say('has', data.id);
  });

  function say(kind: HolderMessage['kind'], id: string): void {
    channel.postMessage({ kind, id, tab } satisfies HolderMessage);
  }

  return {
    async hold(id) {
      if (held.has(id)) return true;
      const isTaken = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), waitMs);
        asked.set(id, () => {
          clearTimeout(timer);
          resolve(true);
        });
        say('asks', id);
      });
      asked.delete(id);
      if (!isTaken) held.add(id);
      return !isTaken;
    },
  };
}
