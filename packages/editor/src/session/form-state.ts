import { createStore, type StoreApi } from 'zustand/vanilla';

/** Whether the form is on the page instead of the graph. */
export type FormStore = StoreApi<{ readonly isOpen: boolean }>;

/** The form, which opens by itself whenever the address asks for it: `#form`, or `&form` behind what is to be opened. */
export function createFormStore(): FormStore {
  const store: FormStore = createStore(() => ({ isOpen: false }));
  const look = () => {
    if (new URLSearchParams(location.hash.replace(/^#/, '')).has('form')) store.setState({ isOpen: true });
  };
  addEventListener('hashchange', look);
  look();
  return store;
}
