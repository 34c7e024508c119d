import type { GalleryPicture } from '@unclip-studio/protocol';
import X from 'lucide-react/icons/x';
import { useStore } from 'zustand/react';
import { errorWords } from '../api/error-words.js';
import { texts } from '../messages/texts.js';
import { useGallery, useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';

const MAX_COMPARED = 4;

/** The actions on the selection, and the last action. */
export function GalleryFoot() {
  const gallery = useGallery();
  const { selected, message, deletion, arrived } = useStore(gallery.state);
  const { state, search, undo } = gallery;
  return (
    <footer className="gallery-foot">
      {selected.size > 0 && <Selection />}
      {arrived > 0 && (
        <Button variant="primary" onClick={() => search()}>
          {texts.gallery.arrived(arrived)}
        </Button>
      )}
      <span className="gallery-message" role="status" data-testid="gallery-message">
        {message}
      </span>
      {deletion !== undefined && (
        <Button data-testid="gallery-undo" onClick={() => void undo()}>
          {texts.gallery.undo}
        </Button>
      )}
      {message !== '' && deletion === undefined && (
        <IconButton label={texts.run.dismiss} isSmall onClick={() => state.setState({ message: '' })}>
          <X size={14} />
        </IconButton>
      )}
    </footer>
  );
}

function Selection() {
  const gallery = useGallery();
  const session = useSession();
  const { state, remove, restore, star } = gallery;
  const download = (isStripped: boolean) =>
    void import('./download-zip.js')
      .then(({ downloadZip }) => downloadZip(session, gallery, { ids, known, isStripped }))
      .catch((error: unknown) => state.setState({ message: texts.gallery.failed(errorWords(error)) }));
  const selected = useStore(state, (one) => one.selected);
  const isDeletedOnly = useStore(state, (one) => one.isDeletedOnly);
  const ids = [...selected];
  const known = knownImages(gallery, selected);
  const canCompare = known.length >= 2 && known.length <= MAX_COMPARED && known.length === ids.length;
  return (
    <div className="gallery-selection" data-testid="gallery-selection">
      <strong>{texts.gallery.selected(ids.length)}</strong>
      <Button disabled={known.length === 0} onClick={() => void star(known)}>
        {known.every(({ starred }) => starred) ? texts.gallery.unstar : texts.gallery.star}
      </Button>
      <Button
        tip={texts.gallery.compareTip}
        disabled={!canCompare}
        onClick={() => state.setState({ comparing: known })}
      >
        {texts.gallery.compare}
      </Button>
      <Button onClick={() => state.setState({ moving: ids })}>{texts.gallery.moveTo}</Button>
      <Button tip={texts.gallery.downloadTip} onClick={() => download(false)}>
        {texts.gallery.download}
      </Button>
      <Button onClick={() => download(true)}>{texts.gallery.downloadStripped}</Button>
      {isDeletedOnly ? (
        <Button onClick={() => void restore(ids)}>{texts.gallery.restore}</Button>
      ) : (
        <Button onClick={() => void remove(ids)}>{texts.gallery.remove}</Button>
      )}
      <Button onClick={() => state.setState({ selected: new Set() })}>{texts.gallery.clear}</Button>
    </div>
  );
}

/** Those selected that have been fetched, in their order on the page. */
function knownImages(
  { state, at }: ReturnType<typeof useGallery>,
  selected: ReadonlySet<string>,
): readonly GalleryPicture[] {
  const found: GalleryPicture[] = [];
  const { total = 0 } = state.getState();
  for (let place = 0; place < total && found.length < selected.size; place++) {
    const image = at(place);
    if (image !== undefined && selected.has(image.id)) found.push(image);
  }
  return found;
}
