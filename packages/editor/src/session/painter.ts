import { createStore, type StoreApi } from 'zustand/vanilla';

/** A mask to be painted over an image. */
export interface PaintRequest {
  readonly image: { readonly url: string; readonly widthPx: number; readonly heightPx: number };
  /** The mask to begin with: its address, and whether it is one that was painted, or an image with transparent parts. */
  readonly start?: { readonly url: string; readonly isPainted: boolean };
  /** The prompt of the redrawn part, to be changed at the same time; left out if there is none. */
  readonly prompt?: string | undefined;
  /** Uses the mask. @throws Error with a message for the user; the painting then stays open */
  readonly apply: (painted: PaintedMask) => Promise<void>;
}

export interface PaintedMask {
  readonly mask: File;
  readonly prompt?: string;
  /** Runs the workflow afterwards. */
  readonly run: boolean;
}

/** The mask painter, as far as others ask for it; the painter itself is fetched when it is opened. */
export interface Painter {
  readonly state: StoreApi<{ readonly request: PaintRequest | undefined }>;
  open(request: PaintRequest): void;
  close(): void;
}

export function createPainter(): Painter {
  const state = createStore<{ readonly request: PaintRequest | undefined }>(() => ({ request: undefined }));
  return {
    state,
    open: (request) => state.setState({ request }),
    close: () => state.setState({ request: undefined }),
  };
}
