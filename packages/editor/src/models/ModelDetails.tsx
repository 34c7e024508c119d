import type { InstalledModel, ModelHealth } from '@unclip-studio/protocol';
import { type ReactNode, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { describeModelProblem, type Said } from '../messages/describe.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { formatBytes } from '../ui/format.js';
import { LicenseButton } from './LicenseButton.js';
import { TriggerWords } from './ModelPicker.js';
import { ModelImage } from './ModelTile.js';

interface ModelDetailsProps {
  readonly model: InstalledModel;
  readonly onDelete: () => void;
}

/** All that is known of one model, and what can be done with it. */
export function ModelDetails({ model, onDelete }: ModelDetailsProps) {
  const { name, type, family, precisions, sizeBytes, path, repository, problem, because, triggerWords } = model;
  return (
    <section className="model-details" aria-label={texts.models.details.label} data-testid="model-details">
      {model.hasThumbnail && <ModelImage model={model} />}
      <h3>{name}</h3>
      {problem !== undefined && <ModelProblem said={{ message: problem, because }} />}
      <dl>
        <Fact name={texts.models.type}>{texts.models.types[type] ?? type}</Fact>
        <Fact name={texts.models.details.family}>{family ?? texts.models.details.unknown}</Fact>
        {type !== 'checkpoint' && <Fact name={texts.models.details.fits}>{fitsOf(model)}</Fact>}
        <Fact name={texts.models.details.precision}>{precisions.join(', ') || texts.models.details.unknown}</Fact>
        <Fact name={texts.models.details.size}>{formatBytes(sizeBytes)}</Fact>
        {repository !== undefined && <Fact name={texts.models.details.from}>{repository}</Fact>}
        <Fact name={texts.models.license.title}>
          <LicenseButton model={model} />
        </Fact>
        <Fact name={texts.models.details.path}>
          <code>{path}</code>
        </Fact>
      </dl>
      {triggerWords.length > 0 && (
        <>
          <h4>{texts.models.triggerWords}</h4>
          <TriggerWords words={triggerWords} />
        </>
      )}
      <Health model={model.id} />
      {model.managed ? (
        <p className="model-delete">
          <Button data-testid="model-delete" onClick={onDelete}>
            {texts.models.details.delete}
          </Button>
          <small>{texts.models.details.deleteHelp}</small>
        </p>
      ) : (
        <p className="models-note">{texts.models.details.elsewhere}</p>
      )}
    </section>
  );
}

/** Why a model cannot be used, and behind it what exactly was found in its files. */
function ModelProblem({ said }: { readonly said: Said }) {
  const words = describeModelProblem(said);
  return (
    <>
      <p className="field-problem">{words}</p>
      {words !== said.message && (
        <details className="model-technical">
          <summary>{texts.models.technical}</summary>
          <p>{said.message}</p>
        </details>
      )}
    </>
  );
}

function fitsOf({ fits }: InstalledModel): string {
  if (fits === undefined) return texts.models.details.fitsAll;
  return fits.length === 0 ? texts.models.details.fitsNone : fits.join(', ');
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Reads all weights of the model on the server, which takes seconds, and so only at a press. */
function Health({ model }: { readonly model: string }) {
  const { models } = useSession().api;
  const [health, setHealth] = useState<ModelHealth | 'asking'>();
  const [failure, setFailure] = useState<string>();
  const ask = async () => {
    setHealth('asking');
    setFailure(undefined);
    try {
      setHealth(await models.health(model));
    } catch (error) {
      setHealth(undefined);
      setFailure(errorWords(error));
    }
  };
  if (health === 'asking') return <p className="models-note">{texts.models.details.checking}</p>;
  if (health === undefined) {
    return (
      <p className="model-check">
        <Button data-testid="model-check" onClick={() => void ask()}>
          {texts.models.details.check}
        </Button>
        {failure !== undefined && <span className="field-problem">{texts.models.failed(failure)}</span>}
      </p>
    );
  }
  return (
    <div className="model-health" data-testid="model-health">
      {health.problem === undefined ? (
        <p className="model-sound">{texts.models.details.sound}</p>
      ) : (
        <ModelProblem said={{ message: health.problem, because: health.because }} />
      )}
      <dl>
        {health.facts
          .filter(({ name }) => name !== 'state')
          .map(({ name, value }) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
      </dl>
    </div>
  );
}
