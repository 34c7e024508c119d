import Boxes from 'lucide-react/icons/boxes';
import { useStore } from 'zustand/react';
import type { EditorExtension } from '../app/extensions.js';
import { useSession } from '../app/session.js';
import { lazyPart } from '../panels/lazy-part.js';
import { IconButton } from '../ui/Button.js';
import { type Models, modelsOf, startModels } from './models.js';

// The other words come with the parts that are fetched late.
const TITLE = 'Models';

const ModelsView = lazyPart(async () => (await import('./ModelsView.js')).ModelsView, {
  useClose() {
    const models = modelsOf(useSession());
    return () => models?.close();
  },
});

/** What is installed, downloads, and the choice of a model for a param. */
export const modelsExtension: EditorExtension = {
  id: 'models',
  start: startModels,
  FileBar: ModelsButton,
  Overlay: ModelsOverlay,
  actions: [
    {
      id: 'models',
      label: TITLE,
      group: 'files',
      isEnabled: (session) => modelsOf(session) !== undefined,
      run: (session) => modelsOf(session)?.open({ kind: 'manager' }),
    },
  ],
};

function ModelsButton() {
  const models = modelsOf(useSession());
  if (models === undefined) return null;
  return (
    <IconButton label={TITLE} data-testid="models-button" onClick={() => models.open({ kind: 'manager' })}>
      <Boxes size={16} />
    </IconButton>
  );
}

function ModelsOverlay() {
  const models = modelsOf(useSession());
  return models === undefined ? null : <OpenModels models={models} />;
}

function OpenModels({ models }: { readonly models: Models }) {
  const view = useStore(models.state, (state) => state.view);
  return view === undefined ? null : <ModelsView view={view} onClose={models.close} />;
}
