import Dices from 'lucide-react/icons/dices';
import ImagePlus from 'lucide-react/icons/image-plus';
import Play from 'lucide-react/icons/play';
import Square from 'lucide-react/icons/square';
import Zap from 'lucide-react/icons/zap';
import { useStore } from 'zustand/react';
import { ActionButton } from '../actions/ActionButton.js';
import { texts } from '../messages/texts.js';
import { type Running, whyNotRun } from '../session/running/running.js';
import { Button, IconButton } from '../ui/Button.js';
import { readTypedNumber } from '../widgets/read-typed.js';
import { rounded } from '../widgets/slider-scale.js';
import { TypedNumber } from '../widgets/TypedNumber.js';
import { ForecastChip } from './ForecastChip.js';
import { RunMenu } from './RunMenu.js';
import './running.css';
import { useRunning } from '../session/session.js';
import { useShownKey } from '../session/use-stores.js';

const COUNT = { kind: 'integer', default: 1, min: 1, max: 64, help: '' } as const;

/** The buttons with which runs are started and stopped. */
export function RunBar() {
  const running = useRunning();
  return running === undefined ? null : <Buttons running={running} />;
}

function Buttons({ running: { runner, connection } }: { readonly running: Running }) {
  // Not the whole state: its progress changes with every step of a sampler.
  const batchCount = useStore(runner.state, (state) => state.batchCount);
  const isLive = useStore(runner.state, (state) => state.isLive);
  const isStarting = useStore(runner.state, (state) => state.isStarting);
  const isRunning = useStore(runner.state, ({ own, isRepeating }) => own.length > 0 || isRepeating);
  const whyNot = useStore(connection, whyNotRun);
  const words = texts.run;
  const runKey = useShownKey('run') ?? '';
  const stopKey = useShownKey('stop') ?? '';
  const setCount = (count: number) => runner.state.setState({ batchCount: count });
  return (
    <>
      {/* A disabled button gets no pointer events, so its wrapper says why. */}
      <span className="run-tip" data-tip={whyNot ?? `${words.runTip}\n${runKey}`}>
        <Button
          variant="primary"
          className="run-button"
          data-testid="run"
          aria-description={whyNot}
          disabled={isStarting || whyNot !== undefined}
          onClick={() => void runner.run()}
        >
          <Play size={14} fill="currentColor" aria-hidden />
          {words.run}
        </Button>
      </span>
      <RunMenu runner={runner} whyNot={whyNot} />
      <IconButton
        label={words.stop}
        tip={`${words.stopTip}\n${stopKey}`}
        data-testid="stop"
        disabled={!isRunning}
        onClick={() => void runner.cancel()}
      >
        <Square size={14} fill="currentColor" aria-hidden />
      </IconButton>
      <ActionButton action="run-new-seeds" Icon={Dices} />
      <span className="run-more">
        <ActionButton action="more-like-last" Icon={ImagePlus} />
      </span>
      <span className="run-count" data-tip={words.countTip}>
        <TypedNumber
          label={words.count}
          value={batchCount}
          range={COUNT}
          read={(typed) => readTypedNumber(COUNT, typed)}
          onCommit={setCount}
          onKeyDown={(event) => {
            const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            setCount(rounded(COUNT, batchCount + by));
          }}
        />
      </span>
      <Button
        className="run-live"
        aria-pressed={isLive}
        data-testid="live"
        tip={words.liveTip}
        onClick={() => runner.state.setState({ isLive: !isLive })}
      >
        <Zap size={14} aria-hidden />
        {words.live}
      </Button>
      {/* It keeps its place while there is nothing to forecast, so that nothing beside it moves. */}
      <span className="forecast-place">
        <ForecastChip />
      </span>
    </>
  );
}
