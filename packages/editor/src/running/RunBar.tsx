import Play from 'lucide-react/icons/play';
import Square from 'lucide-react/icons/square';
import Zap from 'lucide-react/icons/zap';
import { useStore } from 'zustand/react';
import { shownKey } from '../actions/keys.js';
import { panelStrings } from '../panels/strings.js';
import { ForecastChip } from './ForecastChip.js';
import { type Running, useRunning } from './running.js';
import './running.css';

const MAX_COUNT = 64;

/** The buttons with which runs are started and stopped. */
export function RunBar() {
  const running = useRunning();
  return running === undefined ? null : <Buttons running={running} />;
}

function Buttons({ running: { runner, connection } }: { readonly running: Running }) {
  const { batchCount, isLive, isStarting, own } = useStore(runner.state);
  const isConnected = useStore(connection, ({ phase }) => phase === 'open');
  const words = panelStrings.run;
  return (
    <>
      <button
        type="button"
        className="button primary run-button"
        data-testid="run"
        data-tip={`${words.runTip}\n${shownKey('Mod')}+Enter`}
        disabled={isStarting || !isConnected}
        onClick={() => void runner.run()}
      >
        <Play size={14} fill="currentColor" aria-hidden />
        {words.run}
      </button>
      <input
        className="run-count"
        type="number"
        min={1}
        max={MAX_COUNT}
        value={batchCount}
        aria-label={words.count}
        data-tip={words.countTip}
        onChange={({ target }) => runner.state.setState({ batchCount: countFrom(target.value) })}
      />
      {own.length > 0 && (
        <button
          type="button"
          className="button"
          data-testid="stop"
          data-tip={`${words.stopTip}\n${shownKey('Mod')}+.`}
          onClick={() => void runner.cancel()}
        >
          <Square size={12} fill="currentColor" aria-hidden />
          {words.stop}
        </button>
      )}
      <button
        type="button"
        className="button run-live"
        aria-pressed={isLive}
        data-testid="live"
        data-tip={words.liveTip}
        onClick={() => runner.state.setState({ isLive: !isLive })}
      >
        <Zap size={14} aria-hidden />
        {words.live}
      </button>
      <ForecastChip />
    </>
  );
}

function countFrom(text: string): number {
  const count = Math.round(Number(text));
  return Number.isFinite(count) ? Math.min(MAX_COUNT, Math.max(1, count)) : 1;
}
