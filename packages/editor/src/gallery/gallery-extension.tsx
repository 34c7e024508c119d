import Images from 'lucide-react/icons/images';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import type { Gallery } from '../session/gallery/gallery.js';
import { lazyPart } from '../session/lazy-part.js';
import type { EditorExtension } from '../session/session.js';
import { useSession } from '../session/session.js';
import { IconButton } from '../ui/Button.js';

const GalleryView = lazyPart(async () => (await import('./GalleryView.js')).GalleryView, {
  useClose() {
    const { gallery } = useSession();
    return () => gallery?.close();
  },
});

/** Everything that was ever made here, to be found again. */
export const galleryExtension: EditorExtension = {
  id: 'gallery',
  FileBar: GalleryButton,
  Overlay: GalleryOverlay,
  actions: [
    {
      id: 'gallery',
      label: () => texts.gallery.title,
      group: 'files',
      keys: ['Mod+Shift+G'],
      isEnabled: (session) => session.gallery !== undefined,
      run: (session) => session.gallery?.open(),
    },
  ],
};

function GalleryButton() {
  const { gallery } = useSession();
  if (gallery === undefined) return null;
  return (
    <IconButton
      className="toolbar-wide"
      label={texts.gallery.title}
      tip={texts.gallery.open}
      data-testid="gallery-button"
      onClick={gallery.open}
    >
      <Images size={16} />
    </IconButton>
  );
}

function GalleryOverlay() {
  const { gallery } = useSession();
  return gallery === undefined ? null : <OpenGallery gallery={gallery} />;
}

function OpenGallery({ gallery }: { readonly gallery: Gallery }) {
  const isOpen = useStore(gallery.state, (state) => state.isOpen);
  return isOpen ? <GalleryView /> : null;
}
