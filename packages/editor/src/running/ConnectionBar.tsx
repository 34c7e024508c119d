import type { Connection } from '@unclip-studio/client';
import Unplug from 'lucide-react/icons/unplug';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import type { Running } from '../session/running/running.js';
import { useRunning, useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import { SignInForm } from './SignInForm.js';

/** Says that the server is away, and that nothing is lost; goes when it is back. */
export function ConnectionBar() {
  const running = useRunning();
  return running === undefined ? null : <Bar running={running} />;
}

function Bar({ running: { connection, socket } }: { readonly running: Running }) {
  const { api, ui, autosave } = useSession();
  const state = useStore(connection);
  const [wasLost, setWasLost] = useState(false);
  const seconds = useSecondsLeft(state);
  useEffect(() => {
    if (state.phase === 'lost' || state.phase === 'signed-out') setWasLost(true);
    if (state.phase !== 'open' || !wasLost) return;
    setWasLost(false);
    ui.setState({ message: texts.connection.back });
  }, [state.phase, wasLost, ui]);
  // The first connection takes a moment and is nothing to talk about.
  if (state.phase === 'open' || (state.phase === 'connecting' && !wasLost)) return null;
  return (
    <div className="top-bar" role="alert" data-testid="connection-bar" data-phase={state.phase}>
      <Unplug size={16} aria-hidden />
      <span>
        {wordsOf(state, seconds)} {autosave?.isKept() === true && texts.connection.kept}
      </span>
      {state.phase === 'signed-out' && <SignInForm server={api.server} onSignedIn={() => socket.retryNow()} />}
      {state.phase === 'lost' && <Button onClick={() => socket.retryNow()}>{texts.connection.retry}</Button>}
    </div>
  );
}

function wordsOf({ phase }: Connection, seconds: number): string {
  if (phase === 'signed-out') return texts.connection.signedOut;
  return phase === 'lost' ? texts.connection.lost(seconds) : texts.connection.connecting;
}

function useSecondsLeft(state: Connection): number {
  const retryAtMs = state.phase === 'lost' ? state.retryAtMs : 0;
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const count = () => setSeconds(Math.max(0, Math.ceil((retryAtMs - Date.now()) / 1000)));
    count();
    if (retryAtMs === 0) return undefined;
    const timer = setInterval(count, 500);
    return () => clearInterval(timer);
  }, [retryAtMs]);
  return seconds;
}
