import { createStore, type StoreApi } from 'zustand/vanilla';

/** Whether the form is on the page instead of the graph. */
export type FormStore = StoreApi<{ readonly isOpen: boolean }>;

/** The form, which opens automatically if the address contains `#form`, or `&form` after the document. */
export function createFormStore(): FormStore {
  const store: FormStore = createStore(() => ({ isOpen: false }));
  const look = () => {
    if (new URLSearchParams(location.hash.replace(/^#/, '')).has('form')) store.setState({ isOpen: true });
  };
  addEventListener('hashchange', look);
  look();
  return store;
}
