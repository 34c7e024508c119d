import type { SharedLicense } from '@unclip-studio/protocol';
import type { ReactNode } from 'react';
import { texts } from '../messages/texts.js';

/** The licence of a model that a form runs: its name, and what it forbids where that is opened. */
export function ModelLicense({ license }: { readonly license: SharedLicense }) {
  const { model, name, restrictsUse } = license;
  return (
    <details className="form-license" data-testid="form-license">
      <summary>
        {texts.models.license.of(model)}: {name}
      </summary>
      <LicenseTerms
        license={license}
        heading={<p>{texts.models.license.restrictions}</p>}
        note={restrictsUse ? texts.models.license.restricted : texts.models.license.free}
      />
    </details>
  );
}

interface LicenseTermsProps {
  readonly license: Pick<SharedLicense, 'url' | 'restrictions'>;
  /** Above what the licence forbids. */
  readonly heading: ReactNode;
  /** Where it names nothing that it forbids. */
  readonly note: string;
}

/** Where a licence is to be read, and what it forbids. */
export function LicenseTerms({ license: { url, restrictions }, heading, note }: LicenseTermsProps) {
  return (
    <>
      {url !== undefined && (
        <p>
          <a href={url} target="_blank" rel="noreferrer">
            {texts.models.license.source}
          </a>
        </p>
      )}
      {restrictions.length === 0 ? (
        <p>{note}</p>
      ) : (
        <>
          {heading}
          <ul>
            {restrictions.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
