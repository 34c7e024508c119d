import type { InstalledModel, ModelDeletion } from '@unclip-studio/protocol';
import Download from 'lucide-react/icons/download';
import Plus from 'lucide-react/icons/plus';
import { useState } from 'react';
import { modelNodeFor, useModel } from '../actions/add-model-node.js';
import { errorWords } from '../api/error-words.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Button, IconButton } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { formatBytes, formatDate } from '../ui/format.js';
import { DownloadForm } from './DownloadForm.js';
import { DownloadList } from './DownloadList.js';
import { ModelDetails } from './ModelDetails.js';
import { ModelBadges, ModelSearch, shownName } from './ModelTile.js';
import { findModels, type ModelsData, useModels } from './use-models.js';

/** Installed models, downloads and deleted models. */
export function ManagerDialog({ onClose }: { readonly onClose: () => void }) {
  const { api } = useSession();
  const data = useModels();
  const { list, downloads, deletions, refresh } = data;
  const [search, setSearch] = useState('');
  const [type, setType] = useState('');
  const [selected, setSelected] = useState<string>();
  const [isAdding, setIsAdding] = useState(false);
  const [deleted, setDeleted] = useState<ModelDeletion>();
  const [failure, setFailure] = useState<string>();
  const models = findModels(list?.models ?? [], search).filter((model) => type === '' || model.type === type);
  const shown = models.find(({ id }) => id === selected) ?? models[0];

  const act = (work: Promise<unknown>) =>
    work.then(
      () => {
        setFailure(undefined);
        refresh();
      },
      (error: unknown) => setFailure(errorWords(error)),
    );
  const remove = (model: InstalledModel) => void act(api.models.remove(model.id).then(setDeleted));
  const undo = ({ id }: ModelDeletion) => {
    setDeleted(undefined);
    void act(api.models.restore(id));
  };
  const problem = failure ?? data.problem;

  return (
    <Dialog title={texts.models.title} onClose={onClose} size="wide" testId="modal">
      <div className="models-bar">
        <ModelSearch value={search} onChange={setSearch} />
        <TypeChoice types={typesOf(list?.models ?? [])} value={type} onChange={setType} />
        <Button
          variant="primary"
          data-testid="models-add"
          aria-expanded={isAdding}
          onClick={() => setIsAdding(!isAdding)}
        >
          <Download size={15} aria-hidden />
          {texts.models.download.start}
        </Button>
      </div>
      {isAdding && (
        <DownloadForm
          types={list?.types ?? []}
          onClose={() => setIsAdding(false)}
          onStart={() => {
            setIsAdding(false);
            refresh();
          }}
        />
      )}
      {problem !== undefined && (
        <p className="field-problem models-problem" role="alert">
          {texts.models.failed(problem)}
        </p>
      )}
      {deleted !== undefined && (
        <p className="models-undo" role="status">
          {texts.models.deleted(deleted.name)}
          <Button data-testid="models-undo" onClick={() => undo(deleted)}>
            {texts.models.undo}
          </Button>
        </p>
      )}
      <DownloadList downloads={downloads} act={act} />
      <p className="models-note" role="status">
        {noteOf(data, models)}
      </p>
      <div className="models-body">
        <ul className="model-list" data-testid="model-list" aria-label={texts.models.title}>
          {models.map((model) => (
            <ModelRow
              key={model.id}
              model={model}
              list={data.list?.models ?? []}
              isShown={model.id === shown?.id}
              onShow={() => setSelected(model.id)}
            />
          ))}
        </ul>
        {shown !== undefined && <ModelDetails key={shown.id} model={shown} onDelete={() => remove(shown)} />}
      </div>
      {deletions.length > 0 && <Trash deletions={deletions} act={act} />}
    </Dialog>
  );
}

function noteOf({ list }: ModelsData, models: readonly InstalledModel[]): string {
  if (list === undefined) return texts.models.loading;
  if (models.length === 0) return texts.models.nothing;
  const sizeBytes = models.reduce((sum, model) => sum + model.sizeBytes, 0);
  return `${texts.models.count(models.length, formatBytes(sizeBytes))} · ${texts.models.free(formatBytes(list.freeBytes))}`;
}

function typesOf(models: readonly InstalledModel[]): readonly string[] {
  return [...new Set(models.map(({ type }) => type))];
}

interface TypeChoiceProps {
  readonly types: readonly string[];
  readonly value: string;
  readonly onChange: (type: string) => void;
}

function TypeChoice({ types, value, onChange }: TypeChoiceProps) {
  return (
    <select
      className="text-field models-type"
      aria-label={texts.models.type}
      data-testid="models-type"
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">{texts.models.allTypes}</option>
      {types.map((type) => (
        <option key={type} value={type}>
          {texts.models.types[type] ?? type}
        </option>
      ))}
    </select>
  );
}

interface ModelRowProps {
  readonly model: InstalledModel;
  readonly list: readonly InstalledModel[];
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function ModelRow({ model, list, isShown, onShow }: ModelRowProps) {
  const session = useSession();
  const { title, folder } = shownName(model, list);
  const isUsable =
    model.problem === undefined && !session.store.isReadOnly && modelNodeFor(session.catalog, model.type) !== undefined;
  return (
    <li data-model={model.name} data-usable={isUsable || undefined}>
      <Button variant="bare" className="model-row" aria-pressed={isShown} onClick={onShow}>
        <span className="model-row-name" title={model.name}>
          <small>{`${texts.models.types[model.type] ?? model.type}${folder === '' ? '' : ` · ${folder}`}`}</small>
          {title}
        </span>
        <ModelBadges model={model} />
        <span className="model-row-size">
          {formatBytes(model.sizeBytes)}
          <small>{model.managed ? texts.models.managed : texts.models.managedElsewhere}</small>
        </span>
      </Button>
      {isUsable && (
        <IconButton
          className="model-use"
          label={texts.models.use(title)}
          tip={texts.models.useTip}
          onClick={() => useModel(session, model)}
        >
          <Plus size={16} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

interface TrashProps {
  readonly deletions: readonly ModelDeletion[];
  readonly act: (work: Promise<unknown>) => Promise<void>;
}

function Trash({ deletions, act }: TrashProps) {
  const { api } = useSession();
  return (
    <details className="models-trash">
      <summary>{`${texts.models.trash} (${deletions.length})`}</summary>
      <ul>
        {deletions.map(({ id, name, sizeBytes, keptUntil }) => (
          <li key={id}>
            <span>
              {name}
              <small>{`${formatBytes(sizeBytes)} · ${texts.models.keptUntil(formatDate(keptUntil))}`}</small>
            </span>
            <Button onClick={() => void act(api.models.restore(id))}>{texts.models.restore}</Button>
            <Button onClick={() => void act(api.models.purge(id))}>{texts.models.purge}</Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
