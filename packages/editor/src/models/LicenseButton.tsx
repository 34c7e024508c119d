import type { InstalledModel, ModelLicenseDetail } from '@unclip-studio/protocol';
import { useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { queries } from '../api/queries.js';
import { texts } from '../messages/texts.js';
import { useServer } from '../session/server-data.js';
import { Button } from '../ui/Button.js';
import { Dialog } from '../ui/Dialog.js';
import { formatDateTime } from '../ui/format.js';
import { LicenseTerms } from '../widgets/ModelLicense.js';

type LicensedModel = Pick<InstalledModel, 'name' | 'type'>;

/** Opens a dialog with the licence of a model. */
export function LicenseButton({ model }: { readonly model: LicensedModel }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        variant="bare"
        className="model-license-link"
        aria-label={texts.models.license.of(model.name)}
        data-testid="model-license"
        onClick={() => setIsOpen(true)}
      >
        {texts.models.license.title}
      </Button>
      {isOpen && <LicenseDialog model={model} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function LicenseDialog({ model, onClose }: { readonly model: LicensedModel; readonly onClose: () => void }) {
  const { data: license, error } = useServer((api) => queries.modelLicense(api, model));
  return (
    <Dialog title={texts.models.license.of(model.name)} onClose={onClose} size="wide" testId="license-dialog">
      {error !== null && (
        <p className="field-problem" role="alert">
          {texts.models.failed(errorWords(error))}
        </p>
      )}
      {license === undefined && error === null && <p className="models-note">{texts.models.license.loading}</p>}
      {license !== undefined && <License license={license} />}
    </Dialog>
  );
}

function License({ license }: { readonly license: ModelLicenseDetail }) {
  const { name, text, mustBeAccepted, acceptedAt } = license;
  return (
    <div className="license">
      {name !== '' && <h3>{name}</h3>}
      <LicenseTerms license={license} heading={<h4>{texts.models.license.restrictions}</h4>} note={noteOf(license)} />
      {acceptedAt !== undefined && <p role="status">{texts.models.license.accepted(formatDateTime(acceptedAt))}</p>}
      {acceptedAt === undefined && mustBeAccepted && (
        <p className="field-problem" role="status">
          {texts.models.license.mustBeAccepted(`unclip models licence ${JSON.stringify(license.model)} --accept`)}
        </p>
      )}
      {text !== undefined && (
        <details>
          <summary>{texts.models.license.text}</summary>
          <pre>{text}</pre>
        </details>
      )}
    </div>
  );
}

function noteOf({ name, restrictsUse }: ModelLicenseDetail): string {
  if (name === '') return texts.models.license.unknown;
  return restrictsUse ? texts.models.license.restricted : texts.models.license.free;
}
