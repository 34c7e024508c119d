import type { SharedLicense } from '@unclip-studio/protocol';
import { texts } from '../messages/texts.js';

/** The licence of a model that a form runs: its name, and what it forbids where that is opened. */
export function ModelLicense({ license }: { readonly license: SharedLicense }) {
  const { model, name, url, restrictsUse, restrictions } = license;
  return (
    <details className="form-license" data-testid="form-license">
      <summary>
        {texts.models.license.of(model)}: {name}
      </summary>
      {url !== undefined && (
        <p>
          <a href={url} target="_blank" rel="noreferrer">
            {texts.models.license.source}
          </a>
        </p>
      )}
      {restrictions.length === 0 ? (
        <p>{restrictsUse ? texts.models.license.restricted : texts.models.license.free}</p>
      ) : (
        <>
          <p>{texts.models.license.restrictions}</p>
          <ul>
            {restrictions.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}
