import { useState } from 'react';
import { useStore } from 'zustand/react';
import { ImageMenu } from '../actions/image-menu.js';
import { texts } from '../messages/texts.js';
import { useGallery } from '../session/session.js';
import { Dialog } from '../ui/Dialog.js';
import { BoardDialog } from './BoardDialog.js';
import { CleanDialog } from './CleanDialog.js';
import { CompareView } from './CompareView.js';
import { GalleryBar } from './GalleryBar.js';
import { GalleryFoot } from './GalleryFoot.js';
import { EmptyWords, GalleryGrid } from './GalleryGrid.js';
import './gallery.css';
import { ImageView } from './ImageView.js';

/** All images over the whole page; the graph stays as it is behind them. */
export function GalleryView() {
  const { state, close } = useGallery();
  const looking = useStore(state, (gallery) => gallery.looking);
  const comparing = useStore(state, (gallery) => gallery.comparing);
  const isCleaning = useStore(state, (gallery) => gallery.isCleaning);
  const moving = useStore(state, (gallery) => gallery.moving);
  // While an image is dragged the graph can be seen, and dropped on.
  const [isDragging, setIsDragging] = useState(false);
  const goBack = () => {
    if (comparing !== undefined) state.setState({ comparing: undefined });
    else if (looking !== undefined) state.setState({ looking: undefined });
    else close();
  };
  return (
    <Dialog
      size="page"
      label={texts.gallery.title}
      className={isDragging ? 'gallery dragging' : 'gallery'}
      testId="gallery"
      onClose={goBack}
    >
      <GalleryBar />
      <div className="gallery-body">
        <GalleryGrid onDrag={setIsDragging} />
        <EmptyWords />
        {looking !== undefined && <ImageView place={looking} />}
        {comparing !== undefined && <CompareView images={comparing} />}
      </div>
      <GalleryFoot />
      {isCleaning && <CleanDialog />}
      {moving !== undefined && <BoardDialog ids={moving} />}
      <ImageMenu />
    </Dialog>
  );
}
