import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useGallery } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';

/** Says what cleaning up would take, before it does. */
export function CleanDialog() {
  const { state, removeUnstarred } = useGallery();
  const { data: plan } = useServer(queries.galleryUnstarred);
  const close = () => state.setState({ isCleaning: false });
  if (plan === undefined) return null;
  const { count, sizeBytes, upTo } = plan;
  return (
    <Dialog title={texts.gallery.cleanTitle} onClose={close} testId="modal">
      <p>{count === 0 ? texts.gallery.cleanNothing : texts.gallery.cleanBody(count, shownSize(sizeBytes))}</p>
      <div className="modal-buttons">
        <Button onClick={close}>{texts.gallery.keepAll}</Button>
        {count > 0 && (
          <Button
            variant="primary"
            data-testid="gallery-clean"
            onClick={() => {
              close();
              void removeUnstarred(upTo);
            }}
          >
            {texts.gallery.cleanGo(count)}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function shownSize(sizeBytes: number): string {
  if (sizeBytes < 1e6) return `${Math.max(1, Math.round(sizeBytes / 1e3))} kB`;
  return sizeBytes < 1e9 ? `${(sizeBytes / 1e6).toFixed(1)} MB` : `${(sizeBytes / 1e9).toFixed(1)} GB`;
}
