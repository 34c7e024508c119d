import { type Connection, EventSocket } from '@unclip-studio/client';
import type { ServerEvent } from '@unclip-studio/protocol';
import type { PreviewMessage } from '@unclip-studio/protocol/preview-frame';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { errorWords } from '../../api/error-words.js';
import { followServer } from '../../api/queries.js';
import { signInFromAddress } from '../../api/sign-in.js';
import { meaningChanged } from '../../document/change-scheduler.js';
import { cardsFor } from '../../live/run-groups.js';
import { texts } from '../../messages/texts.js';
import type { SessionCore } from '../core.js';
import { followEnds } from './follow-ends.js';
import { startForecasts } from './forecast-watch.js';
import { startLiveMode } from './live-mode.js';
import { RunFollower } from './run-follower.js';
import { Runner } from './runner.js';
import { repeatRuns } from './runner-state.js';
import { startTabTitle } from './tab-title.js';

/** Everything that concerns runs, for one open editor. */
export interface Running {
  readonly runner: Runner;
  readonly socket: EventSocket;
  readonly connection: StoreApi<Connection>;
  /** Reports every event, after the runner has handled it. */
  onEvent(listener: (event: ServerEvent) => void): () => void;
  /** Reports every preview image, also of runs that are not shown. */
  onPreview(listener: (preview: PreviewMessage) => void): () => void;
}

/** Connects the editor to the server's events. */
export function createRunning(session: SessionCore): Running {
  const client = session.api.runs;
  const follower = new RunFollower(session, client);
  const listeners = new Set<(event: ServerEvent) => void>();
  const previewListeners = new Set<(preview: PreviewMessage) => void>();
  const isDue = previewPace(session);
  const connection = createStore<Connection>(() => ({ phase: 'connecting' }));
  const socket = new EventSocket({
    connect: () => new WebSocket(new URL('api/events', document.baseURI).href.replace(/^http/, 'ws')),
    onEvents(events) {
      follower.takeEvents(events);
      for (const event of events) for (const listener of [...listeners]) listener(event);
    },
    onSnapshot: (snapshot) => follower.takeSnapshot(snapshot),
    onPreview(preview) {
      for (const listener of [...previewListeners]) listener(preview);
      const { runId, node, mime, bytes } = preview;
      if (runId !== session.runState.runId || !isDue(node)) return;
      // A view into the frame would keep all of it.
      const image = new Blob([bytes.slice()], { type: mime });
      for (const shown of new Set([node, ...cardsFor(node)])) session.previews.push(shown, image);
    },
    isSignedOut: () => client.isSignedOut(),
    onConnection: (now) => connection.setState(now, true),
  });
  const runner = new Runner(session, { client, follower, whyNot: () => whyNotRun(connection.getState()) });
  const running: Running = {
    runner,
    socket,
    connection,
    onEvent(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    onPreview(listener) {
      previewListeners.add(listener);
      return () => {
        previewListeners.delete(listener);
      };
    },
  };
  const askForecast = startForecasts(session, runner);
  startLiveMode(session, runner);
  repeatRuns(runner.state, () => void runner.repeat());
  startTabTitle(session, follower);
  followEnds(session, follower);
  session.store.subscribe((change) => {
    // The runs that are shown belong to the document that was open.
    if (change.origin === 'open') follower.forget();
    else if (meaningChanged(change)) follower.forgetRefusal();
  });
  connection.subscribe(({ phase }) => {
    if (phase === 'open') follower.forgetRefusal();
  });
  watchWhileSeen(session, socket);
  addEventListener('online', () => socket.retryNow());
  addEventListener('hashchange', () => void signInAgain(session, socket));
  running.onEvent(({ type }) => type === 'models-changed' && askForecast());
  keepCacheTrue(session, running);
  return running;
}

function keepCacheTrue({ api }: SessionCore, { connection, onEvent }: Running): void {
  const { takeEvent, takeReturn } = followServer(api.cache);
  onEvent(takeEvent);
  let wasAway = false;
  connection.subscribe(({ phase }) => {
    if (phase === 'open' && wasAway) takeReturn();
    wasAway = phase === 'lost' || phase === 'signed-out' || (wasAway && phase === 'connecting');
  });
}

/** Why no run can be started, for the user; `undefined` if one can. */
export function whyNotRun({ phase }: Connection): string | undefined {
  const words = texts.connection;
  if (phase === 'open') return undefined;
  return phase === 'signed-out' ? words.signedOut : words.notConnected;
}

/** The address that the server printed, pasted into a page that is signed out, changes nothing but the fragment. */
async function signInAgain({ api, ui }: SessionCore, socket: EventSocket): Promise<void> {
  try {
    if (await signInFromAddress(api.server)) socket.retryNow();
  } catch (error) {
    ui.setState({ message: errorWords(error) });
  }
}

/** Nobody sees the images of a hidden page, or of one that shows none, so the server need not make them. */
function watchWhileSeen({ ui }: SessionCore, socket: EventSocket): void {
  const watch = () => socket.watchPreviews(document.visibilityState === 'visible' && ui.getState().showsPreviews);
  document.addEventListener('visibilitychange', watch);
  ui.subscribe((state, before) => state.showsPreviews !== before.showsPreviews && watch());
  watch();
}

/** Whether a node may show another image: users can have them come at longer intervals. */
function previewPace({ ui }: SessionCore): (node: string) => boolean {
  const shownAtMs = new Map<string, number>();
  return (node) => {
    const nowMs = performance.now();
    if (nowMs - (shownAtMs.get(node) ?? Number.NEGATIVE_INFINITY) < ui.getState().previewIntervalMs) return false;
    shownAtMs.set(node, nowMs);
    return true;
  };
}
