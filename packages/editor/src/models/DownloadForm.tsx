import type { DownloadOffer } from '@unclip-studio/protocol';
import { type FormEvent, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import type { DownloadChoice } from '../api/models.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { Field } from '../ui/Field.js';
import { formatBytes } from '../ui/format.js';

interface DownloadFormProps {
  /** That a model may be of. */
  readonly types: readonly string[];
  readonly onStart: () => void;
  readonly onClose: () => void;
}

/** Asks the hub what a repository holds, shows it with its licence, and starts the download once that is accepted. */
export function DownloadForm({ types, onStart, onClose }: DownloadFormProps) {
  const { models } = useSession().api;
  const [choice, setChoice] = useState<DownloadChoice>({ repository: '' });
  const [offer, setOffer] = useState<DownloadOffer>();
  const [isAsking, setIsAsking] = useState(false);
  const [isAccepted, setIsAccepted] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function trying(work: () => Promise<void>): Promise<void> {
    setIsAsking(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(errorWords(error));
    } finally {
      setIsAsking(false);
    }
  }

  /** With another type or file other bytes come, under the same licence. */
  function ask(next: DownloadChoice): void {
    setChoice(next);
    void trying(async () => setOffer(await models.offer(next)));
  }

  function lookUp(event: FormEvent): void {
    event.preventDefault();
    setOffer(undefined);
    setIsAccepted(false);
    ask({ repository: nameIn(choice.repository) });
  }

  function start({ license }: DownloadOffer): void {
    void trying(async () => {
      await models.download(choice, license.name);
      onStart();
    });
  }

  return (
    <section className="model-form" aria-label={texts.models.download.title} data-testid="model-form">
      <form onSubmit={lookUp}>
        <Field label={texts.models.download.repository} problem={problem}>
          {(attributes) => (
            <div className="models-bar">
              <input
                {...attributes}
                className="text-field"
                required
                placeholder={texts.models.download.hint}
                value={choice.repository}
                onChange={({ target }) => {
                  setChoice({ repository: target.value });
                  setOffer(undefined);
                }}
              />
              <Button type="submit" disabled={isAsking}>
                {texts.models.download.lookUp}
              </Button>
              <Button onClick={onClose}>{texts.models.download.close}</Button>
            </div>
          )}
        </Field>
      </form>
      {isAsking && offer === undefined && <p className="models-note">{texts.models.download.lookingUp}</p>}
      {offer !== undefined && (
        <Offer
          {...{ types, offer, choice, isAsking, isAccepted }}
          onChoose={(change) => ask({ ...choice, ...change })}
          onAccept={setIsAccepted}
          onStart={() => start(offer)}
        />
      )}
    </section>
  );
}

/** Also of the address of a page on the hub. */
function nameIn(typed: string): string {
  const path = URL.canParse(typed) ? new URL(typed).pathname : typed;
  return path.trim().split('/').filter(Boolean).slice(0, 2).join('/');
}

interface OfferProps extends Pick<DownloadFormProps, 'types'> {
  readonly offer: DownloadOffer;
  readonly choice: DownloadChoice;
  readonly isAsking: boolean;
  readonly isAccepted: boolean;
  readonly onChoose: (change: Partial<DownloadChoice>) => void;
  readonly onAccept: (isAccepted: boolean) => void;
  readonly onStart: () => void;
}

function Offer({ types, offer, choice, isAsking, isAccepted, onChoose, onAccept, onStart }: OfferProps) {
  const { type, files, choices, totalBytes, freeBytes, license, gated } = offer;
  const hasRoom = totalBytes <= freeBytes;
  const options = choices.length > 0 || choice.file === undefined ? choices : [choice.file];
  return (
    <div className="model-offer" data-testid="model-offer">
      <div className="models-bar">
        <label>
          {texts.models.type}
          <select className="text-field" value={type} onChange={({ target }) => onChoose({ type: target.value })}>
            {types.map((one) => (
              <option key={one} value={one}>
                {texts.models.types[one] ?? one}
              </option>
            ))}
          </select>
        </label>
        {options.length > 0 && (
          <label className="model-file">
            {texts.models.download.file}
            <select
              className="text-field"
              value={choice.file ?? ''}
              onChange={({ target }) => onChoose({ file: target.value })}
            >
              <option value="" disabled>
                {texts.models.download.chooseFile}
              </option>
              {options.map((file) => (
                <option key={file}>{file}</option>
              ))}
            </select>
          </label>
        )}
        <label className="model-check-label">
          <input
            type="checkbox"
            checked={choice.variant === 'fp16'}
            onChange={({ target }) => onChoose({ variant: target.checked ? 'fp16' : 'full' })}
          />
          {texts.models.download.half}
        </label>
      </div>
      {files.length > 0 && <p>{texts.models.download.files(files.length, formatBytes(totalBytes))}</p>}
      {!hasRoom && <p className="field-problem">{texts.models.download.noRoom(formatBytes(freeBytes))}</p>}
      {gated && <p className="models-note">{texts.models.download.gated}</p>}
      <p className="model-license">
        {license.name === '' ? texts.models.download.noLicense : texts.models.download.license(license.name)}{' '}
        <a href={license.url} target="_blank" rel="noreferrer">
          {texts.models.download.readLicense}
        </a>
      </p>
      <label className="model-check-label">
        <input
          type="checkbox"
          data-testid="model-accept"
          checked={isAccepted}
          onChange={({ target }) => onAccept(target.checked)}
        />
        {texts.models.download.accept}
      </label>
      <div className="modal-buttons">
        <Button
          variant="primary"
          data-testid="model-download"
          disabled={!isAccepted || files.length === 0 || !hasRoom || isAsking}
          onClick={onStart}
        >
          {texts.models.download.go(formatBytes(totalBytes))}
        </Button>
      </div>
    </div>
  );
}
