import FormInput from 'lucide-react/icons/form-input';
import { lazy } from 'react';
import { useStore } from 'zustand/react';
import type { EditorExtension } from '../app/extensions.js';
import { asksForForm, formState, openForm } from './form-state.js';
import { structureStrings as words } from './strings.js';
import { structureActions } from './structure-actions.js';

const FormView = lazy(() => import('./FormView.js').then(({ FormView: view }) => ({ default: view })));

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
      Content: lazy(() => import('./InputsPanel.js').then(({ InputsPanel }) => ({ default: InputsPanel }))),
    },
  ],
  actions: [...structureActions, { id: 'form', label: words.openForm, group: 'view', run: openForm }],
};

function FormOverlay() {
  const isOpen = useStore(formState, (state) => state.isOpen);
  return isOpen ? <FormView /> : null;
}
