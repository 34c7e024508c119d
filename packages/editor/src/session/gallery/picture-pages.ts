import type { GalleryPage, GalleryPicture } from '@unclip-studio/protocol';
import type { GalleryClient } from '../../api/gallery-client.js';

/** The pictures of one search, fetched where they are looked at. */
export interface PicturePages {
  at(place: number): GalleryPicture | undefined;
  /** Fetches what is missing between two places, the last one included; old pages far away are let go. */
  need(from: number, to: number): void;
  /** Changes what is known of pictures, without asking the server. */
  change(ids: ReadonlySet<string>, change: (picture: GalleryPicture) => GalleryPicture): void;
  /** What is known may have changed: it stays in sight until it has been asked for anew. */
  refresh(): void;
  stop(): void;
}

export interface PicturePagesOptions {
  ask(offset: number, limit: number, upTo: number | undefined): ReturnType<GalleryClient['page']>;
  onPage(page: GalleryPage): void;
  onProblem(reason: string): void;
}

const PAGE = 100;
// Some thousand pictures; what a record takes is little, but 50,000 of them are not.
const MAX_PAGES = 40;

interface KeptPage {
  readonly pictures: readonly GalleryPicture[];
  isStale: boolean;
}

export function createPicturePages({ ask, onPage, onProblem }: PicturePagesOptions): PicturePages {
  // Last use last.
  const pages = new Map<number, KeptPage>();
  const underWay = new Set<number>();
  let upTo: number | undefined;
  let isStopped = false;
  let wanted: readonly number[] = [0];

  async function fetchPage(page: number): Promise<void> {
    underWay.add(page);
    try {
      const answer = await ask(page * PAGE, PAGE, upTo);
      if (isStopped) return;
      upTo ??= answer.upTo;
      pages.delete(page);
      pages.set(page, { pictures: answer.pictures, isStale: false });
      for (const old of pages.keys()) if (pages.size > MAX_PAGES && !wanted.includes(old)) pages.delete(old);
      onPage(answer);
    } catch (error) {
      if (!isStopped) onProblem(error instanceof Error ? error.message : String(error));
    } finally {
      underWay.delete(page);
    }
  }

  function fetchWanted(): void {
    for (const page of wanted) {
      const kept = pages.get(page);
      if ((kept === undefined || kept.isStale) && !underWay.has(page)) void fetchPage(page);
    }
  }

  return {
    at: (place) => pages.get(Math.floor(place / PAGE))?.pictures[place % PAGE],
    need(from, to) {
      const first = Math.floor(Math.max(0, from) / PAGE);
      wanted = Array.from({ length: Math.floor(to / PAGE) - first + 1 }, (_, i) => first + i);
      fetchWanted();
    },
    change(ids, change) {
      for (const [page, { pictures, isStale }] of pages) {
        if (!pictures.some(({ id }) => ids.has(id))) continue;
        pages.set(page, { pictures: pictures.map((one) => (ids.has(one.id) ? change(one) : one)), isStale });
      }
    },
    refresh() {
      for (const page of pages.values()) page.isStale = true;
      fetchWanted();
    },
    stop() {
      isStopped = true;
    },
  };
}
