import { createStore, type StoreApi } from 'zustand/vanilla';

/** A param that is to be set to an installed model. */
export interface PickRequest {
  /** As the param calls the kind; `checkpoint` for whole models. */
  readonly type: string;
  readonly value: string;
  /** The card, whose checkpoint the model has to fit; none on a form. */
  readonly node?: string | undefined;
  readonly onPick: (name: string) => void;
}

/** What of the models is open: all of them, or a choice for one param. */
export type ModelsView = { readonly kind: 'manager' } | { readonly kind: 'picker'; readonly request: PickRequest };

/** The models of the server, as far as they are requested; their data is loaded when they are shown. */
export interface Models {
  readonly state: StoreApi<{ readonly view: ModelsView | undefined }>;
  open(view: ModelsView): void;
  close(): void;
}

export function createModels(): Models {
  const state = createStore<{ readonly view: ModelsView | undefined }>(() => ({ view: undefined }));
  return {
    state,
    open: (view) => state.setState({ view }),
    close: () => state.setState({ view: undefined }),
  };
}
