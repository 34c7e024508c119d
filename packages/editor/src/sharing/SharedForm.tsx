import type { DescribedInput } from '@unclip-studio/graph-core';
import type { SharedRun } from '@unclip-studio/protocol';
import Play from 'lucide-react/icons/play';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { createSharedFormClient, type Shared, type SharedFormClient } from '../api/shared-client.js';
import { sharingStrings } from '../messages/sharing-strings.js';
import { structureStrings as words } from '../messages/structure-strings.js';
import { useUiStore } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { FormField } from '../widgets/FormField.js';
import { SharedImageField } from './SharedImageField.js';
import '../widgets/widgets.css';

const ASK_EVERY_MS = 1000;

/** The page of a form that was shared: its inputs with the results beside them, and nothing of the editor. */
export function SharedForm({ shared }: { readonly shared: Shared }) {
  const client = useMemo(() => createSharedFormClient(shared), [shared]);
  const ui = useUiStore();
  const [refused, setRefused] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const { run, problem, start, cancel } = useSharedRun(client);
  const inputs = shared.inputs ?? [];
  const trouble = refused === '' ? problem : refused;
  const isBusy = run !== undefined && isUnderWay(run);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // What cannot be taken stays in its field; without it another image would be made than the one asked for.
    const [reason = ''] = Object.values(ui.getState().refusedFields);
    setRefused(reason);
    if (reason === '') start(values);
  };
  return (
    <main className="form-view" data-testid="shared-form">
      <header className="form-head">
        <h2>{shared.title}</h2>
      </header>
      <div className="form-body">
        <form className="form-fields" onSubmit={submit}>
          {shared.description !== undefined && <p className="form-about">{shared.description}</p>}
          {inputs.map((input) => (
            <Field
              key={input.name}
              input={input}
              shared={shared}
              client={client}
              value={Object.hasOwn(values, input.name) ? values[input.name] : input.value}
              onChange={(value) => setValues((before) => ({ ...before, [input.name]: value }))}
            />
          ))}
          <Button variant="primary" type="submit" className="form-run" data-testid="form-run" disabled={isBusy}>
            <Play size={14} fill="currentColor" aria-hidden />
            {isBusy ? words.running : words.run}
          </Button>
          {isBusy && (
            <Button className="form-run" onClick={cancel}>
              {sharingStrings.cancel}
            </Button>
          )}
          <p role="status" className={trouble === '' ? 'form-about' : 'form-status'}>
            {trouble === '' ? progressOf(run) : trouble}
          </p>
        </form>
        <section className="form-results" aria-label={words.results}>
          {(run?.outputs.length ?? 0) === 0 && <p className="inputs-hint">{words.noResults}</p>}
          {run?.outputs.map((output, i) => (
            <a key={output.id} href={client.outputUrl(output)} target="_blank" rel="noreferrer">
              <img src={client.outputUrl(output)} alt={words.result(i + 1)} decoding="async" />
            </a>
          ))}
        </section>
      </div>
    </main>
  );
}

interface FieldProps {
  readonly input: DescribedInput;
  readonly shared: Shared;
  readonly client: SharedFormClient;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Field({ input, shared, client, value, onChange }: FieldProps) {
  if (input.param.kind !== 'image') return <FormField input={input} value={value} onChange={onChange} />;
  const image = shared.images.find(({ name }) => name === value);
  return (
    <div className="form-field" data-input={input.name}>
      <p className="form-label">{input.label}</p>
      <SharedImageField
        label={input.label}
        client={client}
        initialUrl={image && client.thumbnailUrl(image.sha256)}
        onChange={onChange}
      />
      <p className="form-help">{input.help}</p>
    </div>
  );
}

/** The last run of the link, which is asked about until it has ended. */
function useSharedRun(client: SharedFormClient) {
  const [run, setRun] = useState<SharedRun>();
  const [problem, setProblem] = useState('');
  const take = (answer: Promise<SharedRun | undefined>) => {
    answer.then(
      (next) => {
        setRun(next);
        setProblem(next?.message === undefined ? '' : words.failed(next.message));
      },
      (error: Error) => setProblem(error.message),
    );
  };
  useEffect(() => {
    client.runs().then(
      ([newest]) => setRun((known) => known ?? newest),
      (error: Error) => setProblem(error.message),
    );
  }, [client]);
  const isActive = run !== undefined && isUnderWay(run);
  useEffect(() => {
    if (!isActive) return undefined;
    const timer = setInterval(() => take(client.read(run.id)), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [client, isActive, run?.id]);
  return {
    run,
    problem,
    start: (inputs: Readonly<Record<string, unknown>>) => take(client.start(inputs)),
    cancel: () => run !== undefined && take(client.cancel(run.id)),
  };
}

function isUnderWay({ state }: SharedRun): boolean {
  return state === 'queued' || state === 'running';
}

function progressOf(run: SharedRun | undefined): string {
  if (run === undefined || !isUnderWay(run)) return '';
  if (run.state === 'queued') return sharingStrings.waiting;
  return run.step === undefined || run.steps === undefined ? words.running : sharingStrings.step(run.step, run.steps);
}
