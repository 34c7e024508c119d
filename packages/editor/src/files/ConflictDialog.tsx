import { useState } from 'react';
import { Modal } from '../panels/Modal.js';
import { panelStrings } from '../panels/strings.js';
import { whenWords } from '../panels/when-words.js';
import type { FileDialog } from './file-state.js';
import { useFiles } from './files.js';

const words = panelStrings.conflict;
const CHOICES = [
  { choice: 'mine', label: words.mine, tip: words.mineTip },
  { choice: 'theirs', label: words.theirs, tip: words.theirsTip },
  { choice: 'both', label: words.both, tip: words.bothTip },
] as const;

/** Two have changed one workflow: whose state becomes the newest is the user's to say, and no state is lost. */
export function ConflictDialog({
  conflict,
}: {
  readonly conflict: Extract<FileDialog, { readonly kind: 'conflict' }>;
}) {
  const { ask, resolve } = useFiles();
  const [isBusy, setIsBusy] = useState(false);
  const { name, current } = conflict;
  // There is nothing to take over from somebody who deleted it.
  const choices = current === undefined ? CHOICES.filter(({ choice }) => choice !== 'theirs') : CHOICES;
  return (
    <Modal title={words.title} onClose={() => ask(undefined)}>
      <p>{words.body(name, current === undefined ? '' : whenWords(current.savedAt))}</p>
      <div className="choices">
        {choices.map(({ choice, label, tip }) => (
          <button
            key={choice}
            type="button"
            className="choice"
            disabled={isBusy}
            data-testid={`keep-${choice}`}
            onClick={async () => {
              setIsBusy(true);
              await resolve(conflict, choice);
              setIsBusy(false);
            }}
          >
            <strong>{label}</strong>
            <small>{tip}</small>
          </button>
        ))}
      </div>
    </Modal>
  );
}
