import { unreachable } from '@unclip-studio/graph-core';
import { useState } from 'react';
import { useStore } from 'zustand/react';
import { errorWords } from '../api/error-words.js';
import { texts } from '../messages/texts.js';
import type { FileDialog } from '../session/files/file-state.js';
import { useFiles, useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { Field } from '../ui/Field.js';
import { ConflictDialog } from './ConflictDialog.js';
import { fetchFile } from './fetch-file.js';
import { ImportedDialog } from './ImportedDialog.js';
import { openFile } from './open-file.js';
import { ShareLinksDialog } from './ShareLinksDialog.js';
import { VersionsDialog } from './VersionsDialog.js';

// The scheme says that a whole address is expected; it is the same in every language.
const ADDRESS_BEGINS = 'https://';

/** The question that waits for the user, if one does. */
export function FileDialogs() {
  const { state } = useFiles();
  const dialog = useStore(state, (file) => file.dialog);
  return dialog === undefined ? null : <OneDialog dialog={dialog} />;
}

function OneDialog({ dialog }: { readonly dialog: FileDialog }) {
  switch (dialog.kind) {
    case 'save-as':
      return <SaveAs key={`${dialog.problem} ${dialog.taken}`} {...dialog} />;
    case 'versions':
      return <VersionsDialog name={dialog.name} />;
    case 'unsaved':
      return <Unsaved proceed={dialog.proceed} closes={dialog.why === 'closes'} />;
    case 'conflict':
      return <ConflictDialog conflict={dialog} />;
    case 'imported':
      return <ImportedDialog name={dialog.name} report={dialog.report} />;
    case 'share-links':
      return <ShareLinksDialog name={dialog.name} kind={dialog.shows} />;
    case 'open-url':
      return <OpenUrl />;
    case 'link':
      return <Link url={dialog.url} />;
    default:
      return unreachable(dialog);
  }
}

function SaveAs({ name: suggested, problem, taken, proceed }: Extract<FileDialog, { readonly kind: 'save-as' }>) {
  const { ask, saveUnder } = useFiles();
  const [name, setName] = useState(suggested);
  const wanted = name.trim();
  // Browsers and servers take these two for steps in a path.
  const isPathStep = wanted === '.' || wanted === '..';
  const shownProblem = isPathStep ? texts.files.notAName(wanted) : problem;
  return (
    <Dialog title={texts.files.saveAs} onClose={() => ask(undefined)} testId="modal">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '' && !isPathStep) void saveUnder(wanted, 0, proceed);
        }}
      >
        <Field label={texts.files.name} problem={shownProblem}>
          {(attributes) => (
            <input
              {...attributes}
              className="text-field"
              value={name}
              maxLength={120}
              // The dialog was opened to type a name.
              autoFocus
              onFocus={({ target }) => target.select()}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <div className="modal-buttons">
          <Button onClick={() => ask(undefined)}>{texts.files.cancel}</Button>
          {taken !== undefined && wanted === suggested && (
            <Button onClick={() => void saveUnder(wanted, taken, proceed)}>{texts.files.replace}</Button>
          )}
          <Button variant="primary" type="submit" disabled={wanted === '' || isPathStep}>
            {texts.files.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Unsaved({ proceed, closes }: { readonly proceed: () => void; readonly closes: boolean }) {
  const { ask, save, tabs } = useFiles();
  const { store } = useSession();
  const { unsaved } = texts;
  const title = store.whole.title ?? texts.files.newFile;
  return (
    <Dialog title={unsaved.title} onClose={() => ask(undefined)} testId="modal">
      <p>{closes ? unsaved.closes(title) : unsaved.body(title)}</p>
      <div className="modal-buttons">
        <Button onClick={() => ask(undefined)}>{texts.files.cancel}</Button>
        <Button
          onClick={() => {
            ask(undefined);
            proceed();
          }}
        >
          {closes ? unsaved.closeAnyway : unsaved.discard}
        </Button>
        {!closes && (
          <Button
            onClick={() => {
              ask(undefined);
              void tabs.open().then(proceed);
            }}
          >
            {unsaved.beside}
          </Button>
        )}
        <Button
          variant="primary"
          onClick={() => {
            ask(undefined);
            void save(proceed);
          }}
        >
          {closes ? unsaved.saveAndClose : unsaved.save}
        </Button>
      </div>
    </Dialog>
  );
}

function OpenUrl() {
  const session = useSession();
  const { ask } = session.files;
  const [url, setUrl] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const open = async () => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      const file = await fetchFile(session, url.trim());
      ask(undefined);
      await openFile(session, file);
    } catch (error) {
      setProblem(errorWords(error));
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={texts.files.openUrl} onClose={() => ask(undefined)} testId="modal">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <Field label={texts.files.address} problem={problem}>
          {(attributes) => (
            <input
              {...attributes}
              className="text-field"
              type="url"
              placeholder={ADDRESS_BEGINS}
              value={url}
              // The dialog was opened to type an address.
              autoFocus
              onChange={({ target }) => setUrl(target.value)}
            />
          )}
        </Field>
        <div className="modal-buttons">
          <Button onClick={() => ask(undefined)}>{texts.files.cancel}</Button>
          <Button variant="primary" type="submit" disabled={isBusy || url.trim() === ''}>
            {texts.files.openIt}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Link({ url }: { readonly url: string }) {
  const { ask } = useFiles();
  return (
    <Dialog title={texts.files.linkIs} onClose={() => ask(undefined)} testId="modal">
      <input
        className="text-field"
        aria-label={texts.files.linkIs}
        readOnly
        value={url}
        // The link is there to be copied.
        autoFocus
        onFocus={({ target }) => target.select()}
      />
    </Dialog>
  );
}
