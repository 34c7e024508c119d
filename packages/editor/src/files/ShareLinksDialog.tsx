import type { GrantRecord } from '@unclip-studio/protocol';
import { type FormEvent, useRef, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import type { NewGrant } from '../api/grants.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { useFiles, useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { Field, type FieldAttributes } from '../ui/Field.js';
import { formatDateTime } from '../ui/format.js';
import { FormPartsField } from './FormPartsField.js';
import { type ChosenParts, type FormPart, formPartsOf, publishForm } from './publish-form.js';

interface ShareLinksDialogProps {
  /** Of the saved workflow. */
  readonly name: string;
  readonly kind: NewGrant['kind'];
}

/** The share links of a saved workflow: to make one, and to revoke those there are. */
export function ShareLinksDialog({ name, kind }: ShareLinksDialogProps) {
  const { ask, say, save, state } = useFiles();
  const { api, store, catalog } = useSession();
  const { data: grants = [], refetch } = useServer((client) => queries.grants(client, name));
  const [made, setMade] = useState<{ readonly url: string; readonly isCopied: boolean }>();
  const [problem, setProblem] = useState('');

  function act(work: Promise<void>): void {
    work.then(
      () => {
        setProblem('');
        void refetch();
      },
      (error: unknown) => setProblem(texts.sharing.failed(errorWords(error))),
    );
  }

  async function make(grant: NewGrant, parts: ChosenParts): Promise<void> {
    if (grant.kind === 'form' && publishForm(store, catalog, parts)) {
      await save();
      // Another question is open, or a message says why it was not saved.
      if (state.getState().isDirty) return;
    }
    const url = await api.grants.create(grant);
    // Without a secure origin, or without leave, a page cannot write to the clipboard; the user can.
    const isCopied = await copy(url);
    setMade({ url, isCopied });
  }

  async function revoke({ id }: GrantRecord): Promise<void> {
    await api.grants.revoke(id);
    say(texts.sharing.revoked);
  }

  return (
    <Dialog title={texts.sharing.title(name)} onClose={() => ask(undefined)} testId="modal">
      <p>{texts.sharing.about}</p>
      <NewLinkForm kind={kind} onMake={(grant, parts) => act(make({ ...grant, workflowName: name }, parts))} />
      {made !== undefined && (
        <label>
          {made.isCopied ? texts.sharing.made : texts.sharing.madeOnly}
          <input
            className="text-field"
            data-testid="share-link"
            readOnly
            value={made.url}
            onFocus={({ target }) => target.select()}
          />
        </label>
      )}
      {problem !== '' && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      {grants.length === 0 && <p className="library-note">{texts.sharing.none}</p>}
      <ol className="versions">
        {grants.map((grant) => (
          <li key={grant.id}>
            <span>
              {texts.sharing.kinds[grant.kind]}
              <small>
                {grant.revision === undefined ? texts.sharing.newest : texts.sharing.revision(grant.revision)}
                {` · ${texts.sharing.until(formatDateTime(grant.expiresAt))}`}
              </small>
            </span>
            <Button onClick={() => act(revoke(grant))}>{texts.sharing.revoke}</Button>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

interface NewLinkFormProps {
  readonly kind: NewGrant['kind'];
  /** Publishes the parts before it returns. */
  readonly onMake: (grant: Omit<NewGrant, 'workflowName'>, parts: ChosenParts) => void;
}

function NewLinkForm({ kind: suggested, onMake }: NewLinkFormProps) {
  const [kind, setKind] = useState(suggested);
  const [days, setDays] = useState('30');
  const [runsPerHour, setRunsPerHour] = useState('20');
  const { store, catalog } = useSession();
  // Those that were unticked stay in the list, to be ticked again, until the dialog is closed.
  const former = useRef(store.whole.inputs ?? {});
  const [parts, setParts] = useState(() => formPartsOf(store.whole, catalog));
  const [inputs, setInputs] = useState(() => chosenOf(parts.inputs));
  const [outputs, setOutputs] = useState(() => chosenOf(parts.outputs));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = { inputs, outputs, former: former.current };
    onMake({ kind, days: Number(days), runsPerHour: Number(runsPerHour) }, chosen);
    if (kind !== 'form') return;
    // What was just published has other ids: a suggested input has become one of the workflow.
    former.current = { ...former.current, ...store.whole.inputs };
    const now = formPartsOf(store.whole, catalog, former.current);
    setParts(now);
    setInputs(chosenOf(now.inputs));
    setOutputs(chosenOf(now.outputs));
  };
  return (
    <form onSubmit={submit}>
      <Field label={texts.sharing.kind}>
        {(attributes) => (
          <select
            {...attributes}
            className="text-field"
            value={kind}
            onChange={({ target }) => setKind(target.value === 'form' ? 'form' : 'view')}
          >
            <option value="view">{texts.sharing.kinds.view}</option>
            <option value="form">{texts.sharing.kinds.form}</option>
          </select>
        )}
      </Field>
      <Field label={texts.sharing.days}>
        {(attributes) => <NumberInput attributes={attributes} value={days} max={366} onChange={setDays} />}
      </Field>
      {kind === 'form' && (
        <>
          <FormPartsField
            title={texts.sharing.settable}
            parts={parts.inputs}
            chosen={inputs}
            none={texts.structure.nothingToSet}
            onChoose={setInputs}
          />
          <FormPartsField
            title={texts.sharing.shows}
            parts={parts.outputs}
            chosen={outputs}
            none={texts.structure.noOutputs}
            needsOne
            onChoose={setOutputs}
          />
        </>
      )}
      {kind === 'form' && (
        <Field label={texts.sharing.runsPerHour}>
          {(attributes) => (
            <NumberInput attributes={attributes} value={runsPerHour} max={10_000} onChange={setRunsPerHour} />
          )}
        </Field>
      )}
      <div className="modal-buttons">
        <Button variant="primary" type="submit">
          {texts.sharing.make}
        </Button>
      </div>
    </form>
  );
}

function chosenOf(parts: readonly FormPart[]): ReadonlySet<string> {
  return new Set(parts.filter(({ isChosen }) => isChosen).map(({ id }) => id));
}

interface NumberInputProps {
  readonly attributes: FieldAttributes;
  readonly value: string;
  readonly max: number;
  readonly onChange: (value: string) => void;
}

/** The browser refuses to send the form with anything but a whole number within the limits. */
function NumberInput({ attributes, value, max, onChange }: NumberInputProps) {
  return (
    <input
      {...attributes}
      className="text-field"
      type="number"
      required
      min={1}
      max={max}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
