import Eye from 'lucide-react/icons/eye';
import FolderOpen from 'lucide-react/icons/folder-open';
import PanelBottom from 'lucide-react/icons/gallery-horizontal-end';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import { type EditorExtension, useFiles } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { DropLayer } from './DropLayer.js';
import { FileBar } from './FileBar.js';
import { fileActions } from './file-actions.js';

// What the first view does not need is fetched when it is.
const FileDialogs = lazyPart(async () => (await import('./FileDialogs.js')).FileDialogs, {
  useClose() {
    const { ask } = useFiles();
    return () => ask(undefined);
  },
});

/** Workflows as files: the library, versions, downloads, links, and what runs have made. */
export const filesExtension: EditorExtension = {
  id: 'files',
  FileBar,
  Overlay: FilesOverlay,
  panels: [
    {
      id: 'library',
      title: () => texts.files.library,
      Icon: FolderOpen,
      side: 'left',
      Content: lazyPart(async () => (await import('./LibraryPanel.js')).LibraryPanel),
    },
    {
      id: 'results',
      title: () => texts.results.title,
      Icon: PanelBottom,
      side: 'bottom',
      Content: lazyPart(async () => (await import('./ResultsPanel.js')).ResultsPanel),
    },
  ],
  actions: fileActions,
  // Needed also where the server is gone by then.
  preload() {
    FileDialogs.preload();
    for (const part of [import('./read-file.js'), import('./graph-image.js')]) part.catch(() => {});
  },
};

function FilesOverlay() {
  const hasDialog = useStore(useFiles().state, (file) => file.dialog !== undefined);
  return (
    <>
      <ReadOnlyBar />
      <DropLayer />
      {hasDialog && <FileDialogs />}
    </>
  );
}

/** Says why nothing can be changed, and how to get a copy that can. */
function ReadOnlyBar() {
  const { state, copyToEdit } = useFiles();
  const reason = useStore(state, (file) => file.readOnlyReason);
  if (reason === undefined) return null;
  return (
    <section className="top-bar quiet" aria-label={reason} data-testid="read-only">
      <Eye size={16} aria-hidden />
      <span>{reason}</span>
      <Button onClick={copyToEdit}>{texts.readOnly.copy}</Button>
    </section>
  );
}
