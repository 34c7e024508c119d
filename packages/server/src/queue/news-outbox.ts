import type { RunUpdate } from '@unclip-studio/protocol';
import { mergeUpdates } from '../worker/run-updates.js';
import type { RunNews } from './queue-messages.js';

/** News of one run as they are told: numbered from `from` to before `before`. */
export interface TellingOfNews {
  readonly from: number;
  readonly before: number;
  readonly news: readonly RunNews[];
}

/**
 * What a worker has to tell of a run, kept until it has arrived; and, in short, what has arrived, for a server that was
 * started anew meanwhile and knows nothing of it.
 */
export interface NewsOutbox {
  add(news: RunNews): void;
  /** What has not arrived. */
  untold(): TellingOfNews | undefined;
  /** All from the first on. */
  all(): TellingOfNews;
  acknowledge(before: number): void;
  /** Nothing more comes, and all has arrived. */
  isDone(): boolean;
  /** What was to end it has been added. */
  hasEnd(): boolean;
}

export function createNewsOutbox(): NewsOutbox {
  let arrived: readonly RunUpdate[] | undefined;
  let waiting: RunNews[] = [];
  let from = 0;
  let hasEnd = false;
  return {
    add(news) {
      if (hasEnd) throw new Error('Internal error: news of a run that has ended');
      hasEnd = news.type !== 'events';
      waiting.push(news);
    },
    untold: () => (waiting.length === 0 ? undefined : { from, before: from + waiting.length, news: [...waiting] }),
    all() {
      const first: RunNews[] = arrived === undefined ? [] : [{ type: 'events', updates: arrived }];
      return { from: 0, before: from + waiting.length, news: [...first, ...waiting] };
    },
    acknowledge(before) {
      const count = Math.min(before - from, waiting.length);
      if (count <= 0) return;
      for (const news of waiting.slice(0, count)) {
        if (news.type === 'events') arrived = mergeUpdates(arrived ?? [], news.updates);
      }
      waiting = waiting.slice(count);
      from += count;
    },
    isDone: () => hasEnd && waiting.length === 0,
    hasEnd: () => hasEnd,
  };
}
