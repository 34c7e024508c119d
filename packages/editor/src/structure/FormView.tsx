import {
  applyInputs,
  type DescribedInput,
  type Diagnostic,
  describeInputs,
  filesOfWorkflow,
  suggestInputs,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { InstalledModel, OutputRecord } from '@unclip-studio/protocol';
import Play from 'lucide-react/icons/play';
import WorkflowIcon from 'lucide-react/icons/workflow';
import { useCallback, useRef, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand/react';
import { queries } from '../api/queries.js';
import { describeProblem } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { type Running, whyNotRun } from '../session/running/running.js';
import { useServer } from '../session/server-data.js';
import { useRunning, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { Dialog, DialogDescription, DialogTitle } from '../ui/Dialog.js';
import { FormField } from '../widgets/FormField.js';
import { ModelLicense } from '../widgets/ModelLicense.js';
import '../widgets/widgets.css';

/** The workflow's inputs as a form next to the results, for people who never see the graph. */
export function FormView() {
  const { store, form } = useSession();
  const close = () => form.setState({ isOpen: false });
  const title = useDocument(() => store.whole.title);
  return (
    <Dialog size="page" className="form-view" testId="form" onClose={close}>
      <header className="form-head">
        <DialogTitle>{title ?? texts.structure.form}</DialogTitle>
        <Button onClick={close}>
          <WorkflowIcon size={14} aria-hidden />
          {texts.structure.closeForm}
        </Button>
      </header>
      <Form />
    </Dialog>
  );
}

/** The form's own values: they change the run, not the document. */
function Form() {
  const { store, catalog } = useSession();
  const whole = useDocument(() => store.whole);
  const isSuggested = Object.keys(whole.inputs ?? {}).length === 0;
  const workflow = isSuggested ? { ...whole, inputs: suggestInputs(whole, catalog) } : whole;
  const inputs = describeInputs(workflow, catalog);
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const running = useRunning();
  const applied = applyInputs(workflow, values, catalog);
  return (
    <div className="form-body">
      <form
        className="form-fields"
        onSubmit={(event) => {
          event.preventDefault();
          // What was only suggested is not the workflow's: it stays out of the receipts.
          if (applied.ok) void running?.runner.runWorkflow({ ...whole, nodes: applied.value.nodes });
        }}
      >
        {whole.description !== undefined && (
          <DialogDescription className="form-about">{whole.description}</DialogDescription>
        )}
        {isSuggested && (
          <p className="inputs-hint">
            {inputs.length === 0 ? texts.structure.nothingToSet : texts.structure.suggested}
          </p>
        )}
        {inputs.map((input: DescribedInput) => (
          <FormField
            key={input.name}
            input={input}
            value={Object.hasOwn(values, input.name) ? values[input.name] : input.value}
            onChange={(value) => setValues((before) => ({ ...before, [input.name]: value }))}
          />
        ))}
        {running !== undefined && (
          <RunButton problem={applied.ok ? undefined : wordsFor(applied.diagnostics)} running={running} />
        )}
        <Licenses workflow={applied.ok ? applied.value : whole} />
      </form>
      <Results />
    </div>
  );
}

/** Of the models that the workflow uses. */
function Licenses({ workflow }: { readonly workflow: Workflow }) {
  const { catalog } = useSession();
  const models = filesOfWorkflow(workflow, catalog).flatMap(({ param, file: name }) =>
    param.kind === 'checkpoint' && name !== '' ? [{ name, type: param.model ?? 'checkpoint' }] : [],
  );
  const once = new Map(models.map((model) => [`${model.type} ${model.name}`, model]));
  return [...once].map(([key, model]) => <LicenseOf key={key} model={model} />);
}

/** Nothing where none is known, or where there is no server. */
function LicenseOf({ model }: { readonly model: Pick<InstalledModel, 'name' | 'type'> }) {
  const { data: license } = useServer((api) => ({ ...queries.modelLicense(api, model), retry: false }));
  return license === undefined || license.name === '' ? null : <ModelLicense license={license} />;
}

interface RunButtonProps {
  /** The errors of the typed values. */
  readonly problem: string | undefined;
  readonly running: Running;
}

function RunButton({ problem, running: { runner, connection } }: RunButtonProps) {
  // Not the whole state: its progress changes with every step of a sampler.
  const isBusy = useStore(runner.state, ({ isStarting, own }) => isStarting || own.length > 0);
  const notice = useStore(runner.state, (state) => state.notice);
  const whyNot = useStore(connection, whyNotRun) ?? problem;
  return (
    <>
      <Button
        variant="primary"
        type="submit"
        className="form-run"
        data-testid="form-run"
        disabled={isBusy || whyNot !== undefined}
      >
        <Play size={14} fill="currentColor" aria-hidden />
        {isBusy ? texts.structure.running : texts.structure.run}
      </Button>
      <p role="status" className="form-status">
        {whyNot ?? (notice === undefined ? '' : texts.structure.failed(notice.message))}
      </p>
    </>
  );
}

function Results() {
  const { api, ui } = useSession();
  const outputs = useAllOutputs();
  return (
    <section className="form-results" aria-label={texts.structure.results}>
      {outputs.length === 0 && <p className="inputs-hint">{texts.structure.noResults}</p>}
      {outputs.map((output, i) => (
        <Button
          variant="bare"
          key={output.id}
          aria-label={texts.structure.result(i + 1)}
          onClick={() => ui.setState({ viewing: { outputs, index: i } })}
        >
          <img src={api.outputUrl(output)} alt="" decoding="async" />
        </Button>
      ))}
    </section>
  );
}

function wordsFor(problems: readonly Diagnostic[]): string {
  return problems.map(describeProblem).join(' ');
}

/** What the run that is shown has made so far, of all nodes. */
function useAllOutputs(): readonly OutputRecord[] {
  const { runState, store } = useSession();
  const nodes = useDocument(() => store.whole.nodes);
  const last = useRef<readonly OutputRecord[]>([]);
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = Object.keys(nodes).map((id) => runState.subscribe(id, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [runState, nodes],
  );
  return useSyncExternalStore(subscribe, () => {
    const now = Object.keys(nodes).flatMap((id) => runState.get(id).outputs);
    const isSame = now.length === last.current.length && now.every((output, i) => output === last.current[i]);
    if (!isSame) last.current = now;
    return last.current;
  });
}
