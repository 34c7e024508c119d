import { unreachable } from '@unclip-studio/graph-core';
import { useId, useState } from 'react';
import { useStore } from 'zustand/react';
import { useSession } from '../app/session.js';
import { Modal } from '../panels/Modal.js';
import { panelStrings } from '../panels/strings.js';
import { ShareLinksDialog } from '../sharing/ShareLinksDialog.js';
import { ConflictDialog } from './ConflictDialog.js';
import type { FileDialog } from './file-state.js';
import { useFiles } from './files.js';
import { ImportedDialog } from './ImportedDialog.js';
import { VersionsDialog } from './VersionsDialog.js';

const words = panelStrings.files;

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
      return <Unsaved proceed={dialog.proceed} />;
    case 'conflict':
      return <ConflictDialog conflict={dialog} />;
    case 'imported':
      return <ImportedDialog name={dialog.name} report={dialog.report} />;
    case 'share-links':
      return <ShareLinksDialog name={dialog.name} kind={dialog.shows} />;
    case 'link':
      return <Link url={dialog.url} />;
    default:
      return unreachable(dialog);
  }
}

function SaveAs({ name: suggested, problem, taken, proceed }: Extract<FileDialog, { readonly kind: 'save-as' }>) {
  const { ask, saveUnder } = useFiles();
  const [name, setName] = useState(suggested);
  const field = useId();
  const wanted = name.trim();
  // Browsers and servers take these two for steps in a path.
  const isPathStep = wanted === '.' || wanted === '..';
  const shownProblem = isPathStep ? words.notAName(wanted) : problem;
  return (
    <Modal title={words.saveAs} onClose={() => ask(undefined)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '' && !isPathStep) void saveUnder(wanted, 0, proceed);
        }}
      >
        <label htmlFor={field}>{words.name}</label>
        <input
          id={field}
          className="text-field"
          value={name}
          maxLength={120}
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type a name
          autoFocus
          onFocus={({ target }) => target.select()}
          onChange={({ target }) => setName(target.value)}
        />
        {shownProblem !== undefined && (
          <p className="field-problem" role="alert">
            {shownProblem}
          </p>
        )}
        <div className="modal-buttons">
          <button type="button" className="button" onClick={() => ask(undefined)}>
            {words.cancel}
          </button>
          {taken !== undefined && wanted === suggested && (
            <button type="button" className="button" onClick={() => void saveUnder(wanted, taken, proceed)}>
              {words.replace}
            </button>
          )}
          <button type="submit" className="button primary" disabled={wanted === '' || isPathStep}>
            {words.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}

function Unsaved({ proceed }: { readonly proceed: () => void }) {
  const { ask, save } = useFiles();
  const { store } = useSession();
  const { unsaved } = panelStrings;
  const title = store.whole.title ?? panelStrings.files.newFile;
  return (
    <Modal title={unsaved.title} onClose={() => ask(undefined)}>
      <p>{unsaved.body(title)}</p>
      <div className="modal-buttons">
        <button type="button" className="button" onClick={() => ask(undefined)}>
          {words.cancel}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            ask(undefined);
            proceed();
          }}
        >
          {unsaved.discard}
        </button>
        <button
          type="button"
          className="button primary"
          onClick={() => {
            ask(undefined);
            void save(proceed);
          }}
        >
          {unsaved.save}
        </button>
      </div>
    </Modal>
  );
}

function Link({ url }: { readonly url: string }) {
  const { ask } = useFiles();
  return (
    <Modal title={words.linkIs} onClose={() => ask(undefined)}>
      <input
        className="text-field"
        aria-label={words.linkIs}
        readOnly
        value={url}
        // biome-ignore lint/a11y/noAutofocus: the link is there to be copied
        autoFocus
        onFocus={({ target }) => target.select()}
      />
    </Modal>
  );
}
