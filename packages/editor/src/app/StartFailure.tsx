import { ApiError, type ServerClient } from '@unclip-studio/client';
import { useEffect, useState } from 'react';
import { errorWords } from '../api/error-words.js';
import { grantSecretIn } from '../api/shared-client.js';
import { texts } from '../messages/texts.js';
import { SignInForm } from '../running/SignInForm.js';
import { Button } from '../ui/Button.js';

export interface StartFailureProps {
  readonly server: ServerClient;
  readonly error: unknown;
  /** When it is tried again by itself, in milliseconds since 1970; left out if it is not. */
  readonly retryAtMs?: number | undefined;
  readonly onRetry: () => void;
}

/** Shown when the editor cannot start. */
export function StartFailure({ server, error, retryAtMs, onRetry }: StartFailureProps) {
  const seconds = useSecondsUntil(retryAtMs);
  // The address with the token, pasted into this very tab, changes nothing but the fragment.
  useEffect(() => {
    const restart = () => location.reload();
    addEventListener('hashchange', restart);
    return () => removeEventListener('hashchange', restart);
  }, []);
  // Recipients of a link have no token.
  const isSignedOut = error instanceof ApiError && error.status === 401 && grantSecretIn(location.hash) === undefined;
  return (
    <main className="start-failure" role="alert">
      <h1>{texts.app.cannotStart}</h1>
      <p>{errorWords(error)}</p>
      {isSignedOut && <p>{texts.connection.signIn}</p>}
      {isSignedOut && <SignInForm server={server} onSignedIn={() => location.reload()} />}
      {seconds !== undefined && <p>{texts.app.retriedIn(seconds)}</p>}
      <Button onClick={onRetry}>{texts.app.tryAgain}</Button>
    </main>
  );
}

function useSecondsUntil(atMs: number | undefined): number | undefined {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (atMs === undefined) return undefined;
    const timer = setInterval(() => setTick((tick) => tick + 1), 500);
    return () => clearInterval(timer);
  }, [atMs]);
  return atMs === undefined ? undefined : Math.max(0, Math.ceil((atMs - Date.now()) / 1000));
}
