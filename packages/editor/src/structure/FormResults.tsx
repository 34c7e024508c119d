import { formShows } from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { fractionDone, type RunProgress, timeLeftMs } from '../session/running/run-progress.js';
import type { Running } from '../session/running/running.js';
import { useRunning, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { formatTimeLeft } from '../ui/format.js';
import { useIntoView } from '../ui/use-into-view.js';
import { useTicks } from '../ui/use-ticks.js';

/** The results of the run that is shown, and while it runs what it is drawing. */
export function FormResults() {
  const running = useRunning();
  const outputs = useAllOutputs();
  if (running !== undefined) return <LiveResults running={running} outputs={outputs} />;
  return (
    <section className="form-results" aria-label={texts.structure.results}>
      <Images outputs={outputs} />
    </section>
  );
}

interface LiveResultsProps {
  readonly running: Running;
  readonly outputs: readonly OutputRecord[];
}

/** On a phone they are below the fields, so they come into view when a run that was started here shows something. */
function LiveResults({ running: { runner }, outputs }: LiveResultsProps) {
  const { runState } = useSession();
  // Not the whole state: its progress changes with every step of a sampler.
  const isBusy = useStore(runner.state, ({ isStarting, own }) => isStarting || own.length > 0);
  const own = useStore(runner.state, (state) => state.own);
  const drawn = useDrawnNode(runner.state);
  const drawnRun = useStore(runner.state, ({ progress }) => progress?.runId);
  const started = useRef<readonly string[]>([]);
  if (own.length > 0) started.current = own;
  const made = outputs.find(({ runId }) => runId === runState.runId);
  const seen = drawn === undefined ? made?.runId : drawnRun;
  const section = useIntoView<HTMLElement>(started.current.find((id) => id === seen));
  // What the run before made stays until there is something to see of this one.
  const shown = drawn === undefined ? outputs : outputs.filter(({ runId }) => runId === runState.runId);
  return (
    <section ref={section} className="form-results" aria-label={texts.structure.results}>
      {isBusy && <Drawing progress={runner.state} node={drawn} />}
      {shown.length === 0 && !isBusy && <p className="inputs-hint">{texts.structure.noResults}</p>}
      <Images outputs={shown} />
    </section>
  );
}

type RunnerStore = Running['runner']['state'];

/** Where the results will be: the preview of what is being drawn, with its step and the time that is left. */
function Drawing({ progress: state, node }: { readonly progress: RunnerStore; readonly node: string | undefined }) {
  const { previews } = useSession();
  const progress = useStore(state, (now) => now.progress);
  useTicks(progress !== undefined);
  const attach = useCallback(
    (canvas: HTMLCanvasElement | null) =>
      canvas === null || node === undefined ? undefined : previews.attach(node, canvas),
    [previews, node],
  );
  return (
    <figure className="form-result form-drawing" data-testid="form-drawing">
      {node === undefined ? (
        <span className="form-no-preview" />
      ) : (
        <canvas key={node} ref={attach} role="img" aria-label={texts.structure.preview} width={256} height={256} />
      )}
      <progress
        max={100}
        value={progress === undefined ? 0 : Math.round(fractionDone(progress) * 100)}
        aria-label={texts.run.progress}
      />
      <figcaption>{wordsFor(progress)}</figcaption>
    </figure>
  );
}

function wordsFor(progress: RunProgress | undefined): string {
  if (progress === undefined) return texts.run.working;
  const { step, steps } = progress.current ?? {};
  const leftMs = timeLeftMs(progress, Date.now());
  const parts = [
    ...(step === undefined || steps === undefined ? [] : [texts.card.progress(step, steps)]),
    ...(leftMs === undefined ? [] : [texts.run.timeLeft(formatTimeLeft(leftMs))]),
  ];
  return parts.length === 0 ? texts.run.working : parts.join(' · ');
}

function Images({ outputs }: { readonly outputs: readonly OutputRecord[] }) {
  const { api, ui } = useSession();
  return outputs.map((output, i) => (
    <Button
      variant="bare"
      key={output.id}
      aria-label={texts.structure.result(i + 1)}
      onClick={() => ui.setState({ viewing: { outputs, index: i } })}
    >
      <img src={api.outputUrl(output)} alt="" decoding="async" />
    </Button>
  ));
}

/** The node of which the last preview came, also while nodes without previews follow it; `undefined` while no run is under way. */
function useDrawnNode(state: RunnerStore): string | undefined {
  const { previews } = useSession();
  const current = useStore(state, ({ progress }) => progress?.current?.node);
  const runId = useStore(state, ({ progress }) => progress?.runId);
  const last = useRef<{ readonly runId: string; readonly node: string }>(undefined);
  const subscribe = useCallback(
    (listener: () => void) => (current === undefined ? () => undefined : previews.subscribe(current, listener)),
    [previews, current],
  );
  const hasCome = useSyncExternalStore(subscribe, () => current !== undefined && previews.has(current));
  if (runId === undefined) return undefined;
  if (hasCome && current !== undefined) last.current = { runId, node: current };
  return last.current?.runId === runId ? last.current.node : undefined;
}

/** What the run that is shown has made so far, of the nodes whose results the form shows. */
function useAllOutputs(): readonly OutputRecord[] {
  const { runState, store } = useSession();
  const nodes = useDocument(() => store.whole.nodes);
  const form = useDocument(() => store.whole.form);
  const last = useRef<readonly OutputRecord[]>([]);
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = Object.keys(nodes).map((id) => runState.subscribe(id, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [runState, nodes],
  );
  return useSyncExternalStore(subscribe, () => {
    const shown = Object.keys(nodes).filter((id) => formShows({ nodes, form }, id));
    const now = shown.flatMap((id) => runState.get(id).outputs);
    const isSame = now.length === last.current.length && now.every((output, i) => output === last.current[i]);
    if (!isSame) last.current = now;
    return last.current;
  });
}
