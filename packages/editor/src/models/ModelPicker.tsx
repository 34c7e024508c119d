import { modelMeant } from '@unclip-studio/graph-core';
import type { InstalledModel } from '@unclip-studio/protocol';
import Copy from 'lucide-react/icons/copy';
import { useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { describeModelProblem } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import type { PickRequest } from '../session/models.js';
import { useServer } from '../session/server-data.js';
import { useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { formatBytes } from '../ui/format.js';
import { checkpointsOf } from './checkpoints-of.js';
import { LicenseButton } from './LicenseButton.js';
import { ModelBadges, ModelImage, ModelSearch, shownName } from './ModelTile.js';
import { findModels, useModels } from './use-models.js';

export interface ModelPickerProps {
  readonly request: PickRequest;
  readonly onClose: () => void;
}

/** All installed models of a kind with their images and trigger words; those that do not fit the checkpoint say why. */
export function ModelPicker({ request, onClose }: ModelPickerProps) {
  const { type, value, onPick } = request;
  const { list, problem } = useModels(type);
  const [search, setSearch] = useState('');
  const checkpoints = useCheckpointsOf(request);
  const found = findModels(list?.models ?? [], search);
  const chosen = namedIn(list?.models, value);
  const unfit = new Map(found.map((model) => [model.id, whyUnfit(model, checkpoints)]));
  // Compatible models first; otherwise sorted by name.
  const inOrder = found.toSorted(
    (a, b) => Number(unfit.get(a.id) !== undefined) - Number(unfit.get(b.id) !== undefined),
  );
  const pick = (model: InstalledModel) => {
    onPick(model.name);
    onClose();
  };
  return (
    <Dialog
      title={texts.models.pickerTitles[type] ?? texts.models.anyPickerTitle(type)}
      onClose={onClose}
      size="wide"
      testId="modal"
    >
      <div className="models-bar">
        <ModelSearch value={search} onChange={setSearch} />
        {checkpoints.map((checkpoint) => (
          <span key={checkpoint.name} className="model-badge family">
            {shownFamily(checkpoint)}
          </span>
        ))}
      </div>
      {problem !== undefined && (
        <p className="field-problem" role="alert">
          {texts.models.failed(problem)}
        </p>
      )}
      <p className="models-note" role="status">
        {noteOf(list?.models.length, found.length)}
      </p>
      <ul className="model-grid" data-testid="model-picker">
        {inOrder.map((model) => (
          <ModelChoice
            key={model.id}
            model={model}
            list={list?.models ?? []}
            isChosen={model === chosen}
            reason={unfit.get(model.id)}
            onPick={() => pick(model)}
          />
        ))}
      </ul>
    </Dialog>
  );
}

function noteOf(installed: number | undefined, found: number): string {
  if (installed === undefined) return texts.models.loading;
  if (installed === 0) return texts.models.nothingInstalled;
  return found === 0 ? texts.models.nothing : '';
}

interface ModelChoiceProps {
  readonly model: InstalledModel;
  readonly list: readonly InstalledModel[];
  readonly isChosen: boolean;
  /** Why it does not fit. */
  readonly reason: string | undefined;
  readonly onPick: () => void;
}

function ModelChoice({ model, list, isChosen, reason, onPick }: ModelChoiceProps) {
  const { title, folder } = shownName(model, list);
  const { problem, because } = model;
  const why = reason ?? (problem && describeModelProblem({ message: problem, because }));
  return (
    <li data-unfit={why !== undefined || undefined} data-chosen={isChosen || undefined} data-model={model.name}>
      <Button
        variant="bare"
        className="model-choice"
        disabled={why !== undefined}
        aria-pressed={isChosen}
        onClick={onPick}
      >
        <ModelImage model={model} />
        <strong title={model.name}>
          {folder !== '' && <small>{folder}</small>}
          {title}
        </strong>
        <ModelBadges model={model} />
        {why === undefined ? <small>{formatBytes(model.sizeBytes)}</small> : <small className="model-why">{why}</small>}
      </Button>
      {model.triggerWords.length > 0 && <TriggerWords words={model.triggerWords} />}
      <LicenseButton model={model} />
    </li>
  );
}

/** Copied for a prompt at a press. */
export function TriggerWords({ words: triggers }: { readonly words: readonly string[] }) {
  const { ui } = useSession();
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(triggers.join(', '));
      setIsCopied(true);
    } catch (error) {
      ui.setState({ message: texts.models.failed(errorWords(error)) });
    }
  };
  return (
    <span className="model-words">
      <span title={triggers.join(', ')}>{triggers.join(', ')}</span>
      <IconButton
        isSmall
        label={texts.models.copyWords}
        tip={isCopied ? texts.models.copied : texts.models.copyWords}
        onClick={() => void copy()}
      >
        <Copy size={13} aria-hidden />
      </IconButton>
    </span>
  );
}

interface NamedFamily {
  readonly name: string;
  readonly family: string | undefined;
}

/** The checkpoints of the card's graph, with what each is; none where nothing depends on it. */
function useCheckpointsOf({ node, type }: PickRequest): readonly NamedFamily[] {
  const { store, catalog } = useSession();
  const names = node === undefined || type === 'checkpoint' ? [] : checkpointsOf(store.document.nodes, node, catalog);
  const { data: list } = useServer((api) => queries.installedModels(api, 'checkpoint'));
  return names.map((name) => ({ name, family: namedIn(list?.models, name)?.family }));
}

/** The installed model that a name means. */
function namedIn(models: readonly InstalledModel[] = [], name: string): InstalledModel | undefined {
  const meant = modelMeant(
    models.map((model) => model.name),
    name,
  );
  return models.find((model) => model.name === meant);
}

/** The bundled model is a family of its own. */
function shownFamily({ name, family }: NamedFamily): string {
  return family === undefined || family === name ? name : `${name}: ${family}`;
}

/** @returns why it fits none of the checkpoints; `undefined` if it fits one, or that is unknown */
function whyUnfit({ fits, family }: InstalledModel, checkpoints: readonly NamedFamily[]): string | undefined {
  if (fits === undefined || family === undefined || checkpoints.length === 0) return undefined;
  const others = checkpoints.filter((one) => one.family !== undefined && one.family !== family);
  if (others.length < checkpoints.length) return undefined;
  const [first] = others;
  return first?.family === undefined ? undefined : texts.models.unfit(family, shownFamily(first));
}
