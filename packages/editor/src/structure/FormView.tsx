import {
  applyInputs,
  type DescribedInput,
  type Diagnostic,
  describeInputs,
  filesOfWorkflow,
  suggestInputs,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { InstalledModel } from '@unclip-studio/protocol';
import Play from 'lucide-react/icons/play';
import WorkflowIcon from 'lucide-react/icons/workflow';
import { useEffect, useState } from 'react';
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
import { FormResults } from './FormResults.js';
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
      <FormResults />
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
  const [isStopped, setIsStopped] = useState(false);
  useEffect(() => {
    if (isBusy) setIsStopped(false);
  }, [isBusy]);
  const stop = () => {
    setIsStopped(true);
    void runner.cancel();
  };
  const trouble = whyNot ?? (notice === undefined ? '' : texts.structure.failed(notice.message));
  return (
    <div className="form-actions">
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
      {isBusy && (
        <Button className="form-run" data-testid="form-stop" onClick={stop}>
          {texts.run.stop}
        </Button>
      )}
      <p role="status" className={trouble === '' ? 'form-about' : 'form-status'}>
        {trouble === '' && isStopped && !isBusy ? texts.structure.stopped : trouble}
      </p>
    </div>
  );
}

function wordsFor(problems: readonly Diagnostic[]): string {
  return problems.map((problem) => describeProblem(problem)).join(' ');
}
