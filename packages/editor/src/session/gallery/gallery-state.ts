import type { Deletion, GalleryPicture } from '@unclip-studio/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface GalleryState {
  readonly isOpen: boolean;
  /** As typed; see docs/RESULTS.md. */
  readonly query: string;
  readonly model: string;
  /** A month such as `2026-11`, or another word that a search takes for a date. */
  readonly month: string;
  readonly board: string;
  readonly isStarredOnly: boolean;
  readonly isDeletedOnly: boolean;
  readonly order: 'newest' | 'oldest';
  /** Only images like this one, instead of a search. */
  readonly like: GalleryPicture | undefined;
  /** How many images there are to show; `undefined` until the first answer. */
  readonly total: number | undefined;
  /** Increases whenever the data about the images changes. */
  readonly version: number;
  /** Images that arrived after the displayed ones. */
  readonly arrived: number;
  readonly selected: ReadonlySet<string>;
  /** Place of the image that has the keys, and from which a range is selected. */
  readonly at: number;
  readonly anchor: number;
  /** Position of the viewed image. */
  readonly looking: number | undefined;
  readonly comparing: readonly GalleryPicture[] | undefined;
  readonly isCleaning: boolean;
  /** Images for which a board is to be chosen. */
  readonly moving: readonly string[] | undefined;
  /** What can be undone. */
  readonly deletion: Deletion | undefined;
  readonly message: string;
  /** A search that cannot be understood, or a server that does not answer. */
  readonly problem: string | undefined;
}

/** A search that finds every image. */
export const NO_FILTERS = {
  query: '',
  model: '',
  month: '',
  board: '',
  isStarredOnly: false,
} as const satisfies Partial<GalleryState>;

export type GalleryStore = StoreApi<GalleryState>;

export function createGalleryStore(): GalleryStore {
  return createStore<GalleryState>(() => ({
    isOpen: false,
    ...NO_FILTERS,
    isDeletedOnly: false,
    order: 'newest',
    like: undefined,
    total: undefined,
    version: 0,
    arrived: 0,
    selected: new Set(),
    at: 0,
    anchor: 0,
    looking: undefined,
    comparing: undefined,
    isCleaning: false,
    moving: undefined,
    deletion: undefined,
    message: '',
    problem: undefined,
  }));
}

/** The whole search: the typed text, and the chosen filters. */
export function wholeQuery({ query, model, month, board, isStarredOnly, isDeletedOnly }: GalleryState): string {
  return [
    query.trim(),
    model === '' ? '' : `model="${model.replaceAll('"', '')}"`,
    month === '' ? '' : `date:${month}`,
    board === '' ? '' : `board="${board.replaceAll('"', '')}"`,
    isStarredOnly ? 'is:starred' : '',
    isDeletedOnly ? 'is:deleted' : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
