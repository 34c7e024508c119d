import { createStore } from 'zustand/vanilla';

/** Whether the form is on the page instead of the graph. */
export const formState = createStore<{ readonly isOpen: boolean }>(() => ({ isOpen: false }));

export function openForm(): void {
  formState.setState({ isOpen: true });
}

export function closeForm(): void {
  formState.setState({ isOpen: false });
}

/** Whether an address asks for the form: `#form`, or `&form` behind what it asks to be opened. */
export function asksForForm(hash: string): boolean {
  return new URLSearchParams(hash.replace(/^#/, '')).has('form');
}
