import type { Deletion, GalleryPicture } from '@unclip-studio/protocol';
import type { ApiClient } from '../../api/client.js';
import { errorWords } from '../../api/error-words.js';
import type { GalleryApi } from '../../api/gallery.js';
import { texts } from '../../messages/texts.js';
import type { Running } from '../running/running.js';
import { createGalleryStore, type GalleryStore, NO_FILTERS, wholeQuery } from './gallery-state.js';
import { createImagePages, type ImagePages } from './image-pages.js';

/** The images of the server, as one page shows them. */
export interface Gallery {
  readonly state: GalleryStore;
  readonly client: GalleryApi;
  open(): void;
  close(): void;
  /** Opens with one image in full, if it is among the newest; its place is looked up. */
  show(id: string): Promise<void>;
  /** The image at a place, if it has been fetched. */
  at(place: number): GalleryPicture | undefined;
  need(from: number, to: number): void;
  /** Starts over with the current search. */
  search(change?: Partial<ReturnType<GalleryStore['getState']>>): void;
  showLike(image: GalleryPicture): Promise<void>;
  star(images: readonly GalleryPicture[]): Promise<void>;
  /** @param board `null`: none */
  moveTo(ids: readonly string[], board: string | null): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  removeUnstarred(upTo: number): Promise<void>;
  restore(ids: readonly string[]): Promise<void>;
  undo(): Promise<void>;
  /** Up to {@link MAX_SELECTED} of what the search finds. */
  selectAll(): Promise<void>;
}

// What the server takes in one request.
const MAX_SELECTED = 5_000;
const SELECT_PAGE = 500;
const SETTLE_MS = 250;

interface GalleryParts {
  readonly api: Pick<ApiClient, 'gallery' | 'cache'>;
  readonly running: Pick<Running, 'onEvent'>;
}

export function createGallery({ api, running }: GalleryParts): Gallery {
  const client = api.gallery;
  const state = createGalleryStore();
  let pages: ImagePages | undefined;
  let likes: readonly GalleryPicture[] = [];
  let settle: ReturnType<typeof setTimeout> | undefined;

  const touch = () => state.setState(({ version }) => ({ version: version + 1 }));

  function stop(): void {
    pages?.stop();
    pages = undefined;
  }

  function begin(): void {
    stop();
    const query = wholeQuery(state.getState());
    const { order } = state.getState();
    likes = [];
    pages = createImagePages({
      cache: api.cache,
      ask: (offset, limit, upTo) => client.page({ query, order, offset, limit, upTo }),
      onPage({ total }) {
        state.setState(({ version }) => ({ total, version: version + 1, problem: undefined }));
      },
      onProblem: (error) => state.setState({ problem: errorWords(error) }),
    });
    pages.need(0, 0);
  }

  function search(change: Parameters<Gallery['search']>[0] = {}): void {
    const fresh = { selected: new Set<string>(), at: 0, anchor: 0, looking: undefined, arrived: 0, like: undefined };
    state.setState({ ...fresh, ...change, problem: undefined });
    begin();
  }

  async function showLike(image: GalleryPicture): Promise<void> {
    const found = await trying(() => client.similar(image.id));
    if (found === undefined) return;
    search({ like: image });
    stop();
    likes = found;
    state.setState(({ version }) => ({ total: found.length, version: version + 1 }));
  }

  /** A failure is reported and changes nothing. */
  async function trying<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      state.setState({ message: texts.gallery.failed(errorWords(error)) });
      return undefined;
    }
  }

  async function deleting(act: () => Promise<Deletion>): Promise<void> {
    const deletion = await trying(act);
    if (deletion === undefined) return;
    state.setState({ deletion, message: texts.gallery.removed(deletion.count), selected: new Set() });
    again();
  }

  async function restoring(what: Parameters<GalleryApi['restore']>[0]): Promise<void> {
    const count = await trying(() => client.restore(what));
    if (count === undefined) return;
    state.setState({ deletion: undefined, message: texts.gallery.restored(count), selected: new Set() });
    again();
  }

  /** The same search again, at the current position. */
  function again(): void {
    const { at, like } = state.getState();
    if (like !== undefined) return void showLike(like);
    begin();
    pages?.need(at, at);
  }

  /** Others, or runs, have changed something. */
  async function notice(): Promise<void> {
    const { isOpen, like, at, selected, looking, order, total } = state.getState();
    if (!isOpen || like !== undefined || total === undefined) return;
    const query = wholeQuery(state.getState());
    const now = await client.page({ query, order, offset: 0, limit: 1 }).catch(() => undefined);
    if (now === undefined || now.total === total) return pages?.refresh();
    const isUntouched = at === 0 && selected.size === 0 && looking === undefined;
    if (isUntouched || now.total < total) again();
    else state.setState({ arrived: now.total - total });
  }

  running.onEvent(({ type }) => {
    if (type !== 'gallery-changed') return;
    clearTimeout(settle);
    settle = setTimeout(() => void notice(), SETTLE_MS);
  });

  return {
    state,
    client,
    open() {
      state.setState({ isOpen: true, message: '' });
      search();
    },
    async show(id) {
      state.setState({ isOpen: true, message: '' });
      search({ ...NO_FILTERS, isDeletedOnly: false, order: 'newest' });
      for (let offset = 0; offset < MAX_SELECTED; offset += SELECT_PAGE) {
        const page = await trying(() => client.page({ query: '', order: 'newest', offset, limit: SELECT_PAGE }));
        const index = page?.pictures.findIndex((image) => image.id === id) ?? -1;
        if (index >= 0) {
          const place = offset + index;
          pages?.need(place, place);
          return state.setState({ looking: place, at: place, anchor: place });
        }
        if ((page?.pictures.length ?? 0) < SELECT_PAGE) return;
      }
    },
    close() {
      stop();
      state.setState({ isOpen: false, looking: undefined, comparing: undefined, isCleaning: false, moving: undefined });
    },
    at: (place) => (state.getState().like === undefined ? pages?.at(place) : likes[place]),
    need: (from, to) => pages?.need(from, to),
    search,
    showLike,
    async star(images) {
      const starred = images.some((image) => !image.starred);
      const ids = new Set(images.map(({ id }) => id));
      const change = (image: GalleryPicture) => ({ ...image, starred });
      if ((await trying(() => client.star([...ids], starred).then(() => true))) === undefined) return;
      pages?.change(ids, change);
      likes = likes.map((image) => (ids.has(image.id) ? change(image) : image));
      touch();
    },
    async moveTo(ids, board) {
      const count = await trying(() => client.moveTo(ids, board));
      if (count === undefined) return;
      const message = board === null ? texts.gallery.takenOff(count) : texts.gallery.moved(count, board);
      state.setState({ message, deletion: undefined, selected: new Set() });
      again();
    },
    remove: (ids) => deleting(() => client.remove(ids)),
    removeUnstarred: (upTo) => deleting(() => client.removeUnstarred(upTo)),
    restore: (outputs) => restoring({ outputs }),
    async undo() {
      const { deletion } = state.getState();
      if (deletion !== undefined) await restoring({ deletion: deletion.deletion });
    },
    async selectAll() {
      const { order, total = 0, like } = state.getState();
      if (like !== undefined) return state.setState({ selected: new Set(likes.map(({ id }) => id)) });
      const query = wholeQuery(state.getState());
      const ids: string[] = [];
      while (ids.length < Math.min(total, MAX_SELECTED)) {
        const page = await trying(() => client.page({ query, order, offset: ids.length, limit: SELECT_PAGE }));
        if (page === undefined || page.pictures.length === 0) break;
        ids.push(...page.pictures.map(({ id }) => id));
      }
      const message = total > MAX_SELECTED ? texts.gallery.selectedFirst(ids.length) : '';
      state.setState({ selected: new Set(ids), message });
    },
  };
}
