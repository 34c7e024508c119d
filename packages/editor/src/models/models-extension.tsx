import Boxes from 'lucide-react/icons/boxes';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import type { Models } from '../session/models.js';
import type { EditorExtension } from '../session/session.js';
import { useSession } from '../session/session.js';
import { IconButton } from '../ui/Button.js';

const ModelsView = lazyPart(async () => (await import('./ModelsView.js')).ModelsView, {
  useClose() {
    const { models } = useSession();
    return () => models?.close();
  },
});

/** Installed models, downloads, and the choice of a model for a param. */
export const modelsExtension: EditorExtension = {
  id: 'models',
  FileBar: ModelsButton,
  Overlay: ModelsOverlay,
  actions: [
    {
      id: 'models',
      label: () => texts.models.title,
      group: 'files',
      isEnabled: (session) => session.models !== undefined,
      run: (session) => session.models?.open({ kind: 'manager' }),
    },
  ],
};

function ModelsButton() {
  const { models } = useSession();
  if (models === undefined) return null;
  return (
    <IconButton
      className="toolbar-wide"
      label={texts.models.title}
      data-testid="models-button"
      onClick={() => models.open({ kind: 'manager' })}
    >
      <Boxes size={16} />
    </IconButton>
  );
}

function ModelsOverlay() {
  const { models } = useSession();
  return models === undefined ? null : <OpenModels models={models} />;
}

function OpenModels({ models }: { readonly models: Models }) {
  const view = useStore(models.state, (state) => state.view);
  return view === undefined ? null : <ModelsView view={view} onClose={models.close} />;
}
