import { useState } from 'react';
import { panelStrings } from '../messages/panel-strings.js';
import { useFiles, useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { whenWords } from '../ui/format.js';
import { type Conflict, resolveConflict } from './resolve-conflict.js';

const words = panelStrings.conflict;
const CHOICES = [
  { choice: 'mine', label: words.mine, tip: words.mineTip },
  { choice: 'theirs', label: words.theirs, tip: words.theirsTip },
  { choice: 'both', label: words.both, tip: words.bothTip },
] as const;

/** Two have changed one workflow: whose state becomes the newest is the user's to say, and no state is lost. */
export function ConflictDialog({ conflict }: { readonly conflict: Conflict }) {
  const files = useFiles();
  const { store } = useSession();
  const [isBusy, setIsBusy] = useState(false);
  const { name, current } = conflict;
  // There is nothing to take over from somebody who deleted it.
  const choices = current === undefined ? CHOICES.filter(({ choice }) => choice !== 'theirs') : CHOICES;
  return (
    <Dialog title={words.title} onClose={() => files.ask(undefined)} testId="modal">
      <p>{current === undefined ? words.deleted(name) : words.body(name, whenWords(current.savedAt))}</p>
      <div className="choices">
        {choices.map(({ choice, label, tip }) => (
          <Button
            variant="bare"
            key={choice}
            className="choice"
            disabled={isBusy}
            data-testid={`keep-${choice}`}
            onClick={async () => {
              setIsBusy(true);
              await resolveConflict(files, store.whole, { conflict, choice });
              setIsBusy(false);
            }}
          >
            <strong>{label}</strong>
            <small>{tip}</small>
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
