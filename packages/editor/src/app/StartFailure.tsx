import { ApiError } from '../api/http-client.js';
import { panelStrings } from '../panels/strings.js';
import { strings } from '../strings.js';

/** What is shown when the editor cannot even start. */
export function StartFailure({ error }: { readonly error: unknown }) {
  return (
    <main className="start-failure" role="alert">
      <h1>{strings.app.cannotStart}</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {error instanceof ApiError && error.status === 401 && <p>{panelStrings.connection.signIn}</p>}
      <button type="button" className="button" onClick={() => location.reload()}>
        {strings.app.tryAgain}
      </button>
    </main>
  );
}
