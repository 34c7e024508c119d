import FormInput from 'lucide-react/icons/form-input';
import { useStore } from 'zustand/react';
import { structureActions } from '../actions/structure-actions.js';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import type { EditorExtension } from '../session/session.js';
import { useSession } from '../session/session.js';

const FormView = lazyPart(async () => (await import('./FormView.js')).FormView, {
  useClose() {
    const { form } = useSession();
    return () => form.setState({ isOpen: false });
  },
});

/** Subgraphs, the workflow's inputs, and the form made of them. */
export const structureExtension: EditorExtension = {
  id: 'structure',
  Overlay: FormOverlay,
  // A phone is for running and looking: the graph would be too small to read.
  start({ store, form }) {
    const hasNodes = Object.keys(store.whole.nodes).length > 0;
    if (hasNodes && matchMedia('(max-width: 640px)').matches) form.setState({ isOpen: true });
  },
  panels: [
    {
      id: 'inputs',
      title: () => texts.structure.panel,
      Icon: FormInput,
      side: 'right',
      Content: lazyPart(async () => (await import('./InputsPanel.js')).InputsPanel),
    },
  ],
  actions: [
    ...structureActions,
    {
      id: 'form',
      label: () => texts.structure.openForm,
      group: 'view',
      run: ({ form }) => form.setState({ isOpen: true }),
    },
  ],
};

function FormOverlay() {
  const isOpen = useStore(useSession().form, (state) => state.isOpen);
  return isOpen ? <FormView /> : null;
}
