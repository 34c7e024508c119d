import { useState } from 'react';
import { texts } from '../messages/texts.js';
import { useFiles, useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { whenWords } from '../ui/format.js';
import { type Conflict, resolveConflict } from './resolve-conflict.js';

const CHOICES = [
  { choice: 'mine', label: texts.conflict.mine, tip: texts.conflict.mineTip },
  { choice: 'theirs', label: texts.conflict.theirs, tip: texts.conflict.theirsTip },
  { choice: 'both', label: texts.conflict.both, tip: texts.conflict.bothTip },
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
    <Dialog title={texts.conflict.title} onClose={() => files.ask(undefined)} testId="modal">
      <p>
        {current === undefined ? texts.conflict.deleted(name) : texts.conflict.body(name, whenWords(current.savedAt))}
      </p>
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
