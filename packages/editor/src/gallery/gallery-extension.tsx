import Images from 'lucide-react/icons/images';
import { useStore } from 'zustand/react';
import type { EditorExtension } from '../app/extensions.js';
import { useSession } from '../app/session.js';
import { lazyPart } from '../panels/lazy-part.js';
import { IconButton } from '../ui/Button.js';
import { galleryOf, startGallery } from './gallery.js';
import { galleryStrings as words } from './strings.js';

const GalleryView = lazyPart(async () => (await import('./GalleryView.js')).GalleryView, {
  useClose() {
    const gallery = galleryOf(useSession());
    return () => gallery?.close();
  },
});

/** Everything that was ever made here, to be found again. */
export const galleryExtension: EditorExtension = {
  id: 'gallery',
  start: startGallery,
  FileBar: GalleryButton,
  Overlay: GalleryOverlay,
  actions: [
    {
      id: 'gallery',
      label: words.title,
      group: 'files',
      keys: ['Mod+Shift+G'],
      isEnabled: (session) => galleryOf(session) !== undefined,
      run: (session) => galleryOf(session)?.open(),
    },
  ],
};

function GalleryButton() {
  const gallery = galleryOf(useSession());
  if (gallery === undefined) return null;
  return (
    <IconButton label={words.title} tip={words.open} data-testid="gallery-button" onClick={gallery.open}>
      <Images size={16} />
    </IconButton>
  );
}

function GalleryOverlay() {
  const gallery = galleryOf(useSession());
  return gallery === undefined ? null : <OpenGallery gallery={gallery} />;
}

function OpenGallery({ gallery }: { readonly gallery: NonNullable<ReturnType<typeof galleryOf>> }) {
  const isOpen = useStore(gallery.state, (state) => state.isOpen);
  return isOpen ? <GalleryView /> : null;
}
