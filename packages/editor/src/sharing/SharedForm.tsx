import { useQuery } from '@tanstack/react-query';
import { ApiError, type ServerClient } from '@unclip-studio/client';
import type { DescribedInput } from '@unclip-studio/graph-core';
import type { SharedRun } from '@unclip-studio/protocol';
import Play from 'lucide-react/icons/play';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { createQueryClient } from '../api/queries.js';
import { createSharedFormClient, type Shared, type SharedFormClient } from '../api/shared-client.js';
import { describeSaid } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { useUiStore } from '../session/session.js';
import { Button, ButtonLink } from '../ui/Button.js';
import { useIntoView } from '../ui/use-into-view.js';
import { FormField } from '../widgets/FormField.js';
import { ModelLicense } from '../widgets/ModelLicense.js';
import { SharedImageField } from './SharedImageField.js';
import '../widgets/widgets.css';

const ASK_EVERY_MS = 1000;

interface SharedFormProps {
  readonly server: ServerClient;
  readonly shared: Shared;
}

/** The page of a shared form: its inputs next to the results, and nothing of the editor. */
export function SharedForm({ server, shared }: SharedFormProps) {
  const client = useMemo(() => createSharedFormClient(server, shared), [server, shared]);
  const ui = useUiStore();
  const [refused, setRefused] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const { run, isHeld, outputs, shown, problem, start, cancel } = useSharedRun(
    client,
    () => ui.getState().showsPreviews,
  );
  const inputs = shared.inputs ?? [];
  const trouble = refused === '' ? problem : refused;
  const isBusy = isHeld || (run !== undefined && isUnderWay(run));
  const results = useIntoView<HTMLElement>(shown);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // An invalid value stays in its field; running without it would make a different image.
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
          <div className="form-actions">
            <Button variant="primary" type="submit" className="form-run" data-testid="form-run" disabled={isBusy}>
              <Play size={14} fill="currentColor" aria-hidden />
              {isBusy ? texts.structure.running : texts.structure.run}
            </Button>
            {isBusy && (
              <Button className="form-run" data-testid="form-stop" onClick={cancel}>
                {texts.run.stop}
              </Button>
            )}
            <p role="status" className={trouble === '' ? 'form-about' : 'form-status'}>
              {trouble === '' ? progressOf(run, isHeld) : trouble}
            </p>
          </div>
          {shared.licenses?.map((license) => (
            <ModelLicense key={`${license.type} ${license.model}`} license={license} />
          ))}
        </form>
        <section ref={results} className="form-results" aria-label={texts.structure.results}>
          {outputs.length === 0 && !isBusy && <p className="inputs-hint">{texts.structure.noResults}</p>}
          {run?.preview !== undefined && (
            <figure className="form-result form-drawing" data-testid="form-drawing">
              <img src={run.preview} alt={texts.structure.preview} />
            </figure>
          )}
          {outputs.map((output, i) => (
            <figure key={output.id} className="form-result">
              <a href={client.outputUrl(output)} target="_blank" rel="noreferrer">
                <img
                  src={client.outputUrl(output)}
                  alt={texts.structure.result(i + 1)}
                  width={output.widthPx}
                  height={output.heightPx}
                  style={{ width: output.widthPx }}
                  decoding="async"
                />
              </a>
              <ButtonLink href={client.outputUrl(output)} download>
                {texts.images.download}
              </ButtonLink>
            </figure>
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

interface LastRun {
  readonly run: SharedRun;
  /** The results of the last run before it that has any. */
  readonly before: SharedRun['outputs'];
}

const LAST_RUN = ['last-run'] as const;

/** The last run that was started in this tab, which is polled until it has ended. */
function useSharedRun(client: SharedFormClient, wantsPreviews: () => boolean) {
  const cache = useMemo(createQueryClient, []);
  const [refusal, setRefusal] = useState('');
  const [started, setStarted] = useState('');
  /** The wait of a run that the link does not allow yet, which ends when it is no longer held. */
  const [held, setHeld] = useState<AbortController>();
  useEffect(() => () => held?.abort(), [held]);
  const { data, failureReason } = useQuery<LastRun | null>(
    {
      queryKey: LAST_RUN,
      queryFn: async () => {
        const known = cache.getQueryData<LastRun | null>(LAST_RUN);
        if (known) return { ...known, run: await client.read(known.run.id, wantsPreviews()) };
        const [run, ...earlier] = await client.runs();
        return run === undefined ? null : { run, before: earlier.find(hasResults)?.outputs ?? [] };
      },
      refetchInterval: ({ state }) => state.data != null && isUnderWay(state.data.run) && ASK_EVERY_MS,
    },
    cache,
  );
  const run = data?.run;
  const take = (answer: Promise<SharedRun | undefined>) => {
    answer.then(
      (next) => {
        if (next === undefined) return;
        // A pending answer may be about the previous run.
        void cache
          .cancelQueries({ queryKey: LAST_RUN })
          .then(() => cache.setQueryData<LastRun | null>(LAST_RUN, (last) => followedBy(last, next)));
        setRefusal('');
      },
      (error: unknown) => setRefusal(errorWords(error)),
    );
  };
  const failure =
    run?.message === undefined
      ? ''
      : texts.structure.failed(describeSaid({ message: run.message, because: run.because }));
  // What the run before made stays until there is something to see of this one.
  const isSeen = run !== undefined && (run.preview !== undefined || hasResults(run));
  const start = async (inputs: Readonly<Record<string, unknown>>) => {
    const wait = new AbortController();
    const onHeld = () => {
      setRefusal('');
      setHeld(wait);
    };
    try {
      const next = await startWhenAllowed(client, inputs, { signal: wait.signal, onHeld });
      if (next !== undefined) setStarted(next.id);
      return next;
    } finally {
      setHeld((now) => (now === wait ? undefined : now));
    }
  };
  return {
    run,
    isHeld: held !== undefined,
    outputs: (isSeen ? run.outputs : data?.before) ?? [],
    /** The run that was started here and has something to see. */
    shown: isSeen && run.id === started ? run.id : undefined,
    problem:
      held !== undefined
        ? ''
        : ([refusal, failureReason === null ? '' : errorWords(failureReason), failure].find(Boolean) ?? ''),
    start: (inputs: Readonly<Record<string, unknown>>) => take(start(inputs)),
    cancel: () => {
      if (held !== undefined) setHeld(undefined);
      else if (run !== undefined) take(client.cancel(run.id));
    },
  };
}

interface Wait {
  readonly signal: AbortSignal;
  onHeld(): void;
}

/**
 * A link may have so many runs of all its visitors at a time; a further one is sent again until it is taken.
 *
 * @returns `undefined` if the wait was ended
 */
async function startWhenAllowed(
  client: SharedFormClient,
  inputs: Readonly<Record<string, unknown>>,
  { signal, onHeld }: Wait,
): Promise<SharedRun | undefined> {
  do {
    try {
      const run = await client.start(inputs);
      return signal.aborted ? await client.cancel(run.id) : run;
    } catch (error) {
      if (!(error instanceof ApiError) || error.because?.code !== 'link-busy') throw error;
    }
    if (signal.aborted) return undefined;
    onHeld();
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  } while (!signal.aborted);
  return undefined;
}

function followedBy(last: LastRun | null | undefined, run: SharedRun): LastRun {
  if (!last || last.run.id === run.id) return { before: last?.before ?? [], run };
  return { before: hasResults(last.run) ? last.run.outputs : last.before, run };
}

function hasResults({ outputs }: SharedRun): boolean {
  return outputs.length > 0;
}

function isUnderWay({ state }: SharedRun): boolean {
  return state === 'queued' || state === 'running';
}

function progressOf(run: SharedRun | undefined, isHeld: boolean): string {
  if (isHeld) return texts.sharing.othersFirst;
  if (run?.state === 'cancelled') return texts.structure.stopped;
  if (run === undefined || !isUnderWay(run)) return '';
  if (run.state === 'queued') return texts.sharing.waiting(run.place ?? 0);
  return run.step === undefined || run.steps === undefined
    ? texts.structure.running
    : texts.sharing.step(run.step, run.steps);
}
