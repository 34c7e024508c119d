import FormInput from 'lucide-react/icons/form-input';
import { useStore } from 'zustand/react';
import type { EditorExtension } from '../app/extensions.js';
import { lazyPart } from '../panels/lazy-part.js';
import { asksForForm, closeForm, formState, openForm } from './form-state.js';
import { structureStrings as words } from './strings.js';
import { structureActions } from './structure-actions.js';

const FormView = lazyPart(async () => (await import('./FormView.js')).FormView, {
  useClose: () => closeForm,
});

/** Subgraphs, the workflow's inputs, and the form made of them. */
export const structureExtension: EditorExtension = {
  id: 'structure',
  start() {
    const look = () => asksForForm(location.hash) && openForm();
    addEventListener('hashchange', look);
    look();
  },
  Overlay: FormOverlay,
  panels: [
    {
      id: 'inputs',
      title: words.panel,
      Icon: FormInput,
      side: 'right',
      Content: lazyPart(async () => (await import('./InputsPanel.js')).InputsPanel),
    },
  ],
  actions: [...structureActions, { id: 'form', label: words.openForm, group: 'view', run: openForm }],
};

function FormOverlay() {
  const isOpen = useStore(formState, (state) => state.isOpen);
  return isOpen ? <FormView /> : null;
}
