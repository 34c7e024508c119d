import RotateCcw from 'lucide-react/icons/rotate-ccw';
import X from 'lucide-react/icons/x';
import { type KeyboardEvent, useState } from 'react';
import { texts } from '../messages/texts.js';
import { ACTION_GROUPS, type EditorAction, useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button, IconButton } from '../ui/Button.js';
import { saveBlob } from '../ui/browser-files.js';
import { pressedKey, shownKey } from '../ui/keys.js';
import { bindingsFromText, bindingsToText, keyConflicts } from '../view/key-bindings.js';

/** The keys of all commands, which users can change, and carry to another browser as a file. */
export function KeySettings() {
  const { ui, actions } = useSession();
  const chosen = useUi((state) => state.keyBindings);
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<string>();
  const conflicts = keyConflicts(actions);
  const labelOf = (id: string) => actions.find((action) => action.id === id)?.label() ?? id;
  const text = texts.settings;
  const wanted = words.trim().toLowerCase();
  const matches = ({ label, keys = [] }: EditorAction) =>
    [label(), ...keys.map(shownKey)].some((part) => part.toLowerCase().includes(wanted));
  const importFile = async (file: File | undefined) => {
    if (file === undefined) return;
    const read = bindingsFromText(await file.text());
    setProblem(read === undefined ? text.notKeys(file.name) : undefined);
    if (read !== undefined) ui.setState({ keyBindings: read });
  };
  return (
    <>
      <div className="key-tools">
        <input
          className="text-field"
          type="search"
          aria-label={text.findKey}
          placeholder={text.findKey}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
        <Button
          onClick={() => saveBlob(new Blob([bindingsToText(chosen)], { type: 'application/json' }), 'unclip-keys.json')}
        >
          {text.exportKeys}
        </Button>
        <label className="button">
          {text.importKeys}
          <input
            className="visually-hidden"
            type="file"
            accept=".json,application/json"
            onChange={({ target }) => void importFile(target.files?.[0])}
          />
        </label>
        <Button disabled={Object.keys(chosen).length === 0} onClick={() => ui.setState({ keyBindings: {} })}>
          {text.resetKeys}
        </Button>
      </div>
      {problem !== undefined && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      {ACTION_GROUPS.map((group) => {
        const own = actions.filter((action) => action.group === group && matches(action));
        if (own.length === 0) return null;
        return (
          <section key={group} className="key-group">
            <h3>{texts.groups[group]}</h3>
            {own.map((action) => (
              <KeyRow key={action.id} action={action} conflicts={(conflicts.get(action.id) ?? []).map(labelOf)} />
            ))}
          </section>
        );
      })}
    </>
  );
}

function KeyRow({ action, conflicts }: { readonly action: EditorAction; readonly conflicts: readonly string[] }) {
  const { ui } = useSession();
  const chosen = useUi((state) => state.keyBindings);
  const [isWaiting, setIsWaiting] = useState(false);
  const { id, keys = [] } = action;
  const label = action.label();
  const text = texts.settings;
  const set = (own: readonly string[]) => ui.setState({ keyBindings: { ...chosen, [id]: own } });
  const reset = () => {
    const { [id]: _, ...others } = chosen;
    ui.setState({ keyBindings: others });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isWaiting) return;
    const key = pressedKey(event.nativeEvent);
    // Escape gives up, and Tab goes on, as everywhere in a dialog.
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (key === undefined) return;
    setIsWaiting(false);
    if (event.key !== 'Escape') set([key]);
  };
  return (
    <div className="key-row">
      <span id={`key-${id}`}>{label}</span>
      <Button
        variant="bare"
        className="key-field"
        aria-labelledby={`key-${id} key-${id}-now`}
        data-waiting={isWaiting || undefined}
        onClick={() => setIsWaiting(true)}
        onBlur={() => setIsWaiting(false)}
        onKeyDown={onKeyDown}
      >
        <span id={`key-${id}-now`}>
          {isWaiting
            ? text.pressKey
            : keys.length === 0
              ? text.noKey
              : keys.map((key) => <kbd key={key}>{shownKey(key)}</kbd>)}
        </span>
      </Button>
      <IconButton label={text.clearKey(label)} isSmall disabled={keys.length === 0} onClick={() => set([])}>
        <X size={13} />
      </IconButton>
      <IconButton label={text.resetKey(label)} isSmall disabled={!Object.hasOwn(chosen, id)} onClick={reset}>
        <RotateCcw size={13} />
      </IconButton>
      {conflicts.length > 0 && (
        <p className="key-conflict" role="status">
          {text.conflict(conflicts)}
        </p>
      )}
    </div>
  );
}
