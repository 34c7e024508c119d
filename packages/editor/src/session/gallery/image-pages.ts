import { CancelledError, type QueryClient } from '@tanstack/react-query';
import type { GalleryPage, GalleryPicture } from '@unclip-studio/protocol';

/** The images of one search, loaded on demand. */
export interface ImagePages {
  at(place: number): GalleryPicture | undefined;
  /** Loads the missing images between two positions, the last one included; old pages far away are dropped. */
  need(from: number, to: number): void;
  /** Changes the data about images, without asking the server. */
  change(ids: ReadonlySet<string>, change: (image: GalleryPicture) => GalleryPicture): void;
  /** The loaded pages may be outdated: they stay visible until they have been fetched again. */
  refresh(): void;
  stop(): void;
}

export interface ImagePagesOptions {
  /** Keeps the pages until they are stopped. */
  readonly cache: QueryClient;
  ask(offset: number, limit: number, upTo: number | undefined): Promise<GalleryPage>;
  onPage(page: GalleryPage): void;
  onProblem(error: unknown): void;
}

const PAGE = 100;
// Some thousand images; what a record takes is little, but 50,000 of them are not.
const MAX_PAGES = 40;

export function createImagePages({ cache, ask, onPage, onProblem }: ImagePagesOptions): ImagePages {
  // Two searches share nothing: their pages end at different images.
  const queryKey = ['gallery', 'images', crypto.randomUUID()];
  const keyOf = (page: number) => [...queryKey, page];
  let upTo: number | undefined;
  let wanted: readonly number[] = [0];

  async function fetchPage(page: number): Promise<void> {
    try {
      const answer = await cache.fetchQuery({
        queryKey: keyOf(page),
        queryFn: () => ask(page * PAGE, PAGE, upTo),
        gcTime: Number.POSITIVE_INFINITY,
      });
      upTo ??= answer.upTo;
      letGo();
      onPage(answer);
    } catch (error) {
      if (!(error instanceof CancelledError)) onProblem(error);
    }
  }

  /** The pages that were fetched first, as long as there are too many. */
  function letGo(): void {
    const kept = cache.getQueryCache().findAll({ queryKey, fetchStatus: 'idle' });
    const old = kept
      .filter((query) => !wanted.some((page) => page === query.queryKey.at(-1)))
      .sort((a, b) => a.state.dataUpdatedAt - b.state.dataUpdatedAt);
    for (const query of old.slice(0, Math.max(0, kept.length - MAX_PAGES))) cache.getQueryCache().remove(query);
  }

  function fetchWanted(): void {
    for (const page of wanted) {
      const state = cache.getQueryState(keyOf(page));
      const isKnown = state?.data !== undefined && !state.isInvalidated;
      if (!isKnown && state?.fetchStatus !== 'fetching') void fetchPage(page);
    }
  }

  return {
    at: (place) => cache.getQueryData<GalleryPage>(keyOf(Math.floor(place / PAGE)))?.pictures[place % PAGE],
    need(from, to) {
      const first = Math.floor(Math.max(0, from) / PAGE);
      wanted = Array.from({ length: Math.floor(to / PAGE) - first + 1 }, (_, i) => first + i);
      fetchWanted();
    },
    change(ids, change) {
      cache.setQueriesData<GalleryPage>({ queryKey }, (page) => {
        if (!page?.pictures.some(({ id }) => ids.has(id))) return page;
        return { ...page, pictures: page.pictures.map((one) => (ids.has(one.id) ? change(one) : one)) };
      });
    },
    refresh() {
      void cache.invalidateQueries({ queryKey });
      fetchWanted();
    },
    stop: () => cache.removeQueries({ queryKey }),
  };
}
