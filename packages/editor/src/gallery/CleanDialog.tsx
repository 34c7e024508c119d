import { Modal } from '../panels/Modal.js';
import { useAnswer } from '../panels/use-answer.js';
import { useGallery } from './gallery.js';
import { galleryStrings as words } from './strings.js';

/** Says what cleaning up would take, before it does. */
export function CleanDialog() {
  const { state, client, removeUnstarred } = useGallery();
  const plan = useAnswer(() => client.unstarred(), [client]);
  const close = () => state.setState({ isCleaning: false });
  if (plan === undefined) return null;
  const { count, sizeBytes, upTo } = plan;
  return (
    <Modal title={words.cleanTitle} onClose={close}>
      <p>{count === 0 ? words.cleanNothing : words.cleanBody(count, shownSize(sizeBytes))}</p>
      <div className="modal-buttons">
        <button type="button" className="button" onClick={close}>
          {words.keepAll}
        </button>
        {count > 0 && (
          <button
            type="button"
            className="button primary"
            data-testid="gallery-clean"
            onClick={() => {
              close();
              void removeUnstarred(upTo);
            }}
          >
            {words.cleanGo(count)}
          </button>
        )}
      </div>
    </Modal>
  );
}

function shownSize(sizeBytes: number): string {
  if (sizeBytes < 1e6) return `${Math.max(1, Math.round(sizeBytes / 1e3))} kB`;
  return sizeBytes < 1e9 ? `${(sizeBytes / 1e6).toFixed(1)} MB` : `${(sizeBytes / 1e9).toFixed(1)} GB`;
}
