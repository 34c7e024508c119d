import type { RunForecast } from '@unclip-studio/protocol';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import type { Running } from '../session/running/running.js';
import { useRunning, useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { formatBytes, formatDuration } from '../ui/format.js';
import { Popover } from '../ui/Popover.js';
import { forecastRows } from './forecast-rows.js';

/** What a run would do now; the list of nodes opens on a press. */
export function ForecastChip() {
  const running = useRunning();
  return running === undefined ? null : <Chip running={running} />;
}

function Chip({ running: { runner } }: { readonly running: Running }) {
  const forecast = useStore(runner.state, (state) => state.forecast);
  const runs = useStore(runner.state, (state) => state.batchCount);
  const isBusy = useStore(runner.state, (state) => state.own.length > 0);
  if (forecast === undefined || isBusy) return null;
  return (
    <Popover
      title={texts.forecast.title}
      className="forecast"
      trigger={{
        className: 'forecast-chip',
        content: summary(forecast, runs),
        tip: texts.forecast.tip,
        testId: 'forecast',
      }}
    >
      <ForecastTable forecast={forecast} runs={runs} />
    </Popover>
  );
}

function ForecastTable({ forecast, runs }: { readonly forecast: RunForecast; readonly runs: number }) {
  const { catalog, store } = useSession();
  const whole = useDocument(() => store.whole);
  const words = texts.forecast;
  return (
    <>
      <table>
        <tbody>
          {forecastRows(forecast, whole, catalog).map(({ name, count, running, expectedMs }, i) => (
            // Two nodes may have one name; the list is rebuilt for each forecast.
            <tr key={`${i} ${name}`} data-runs={running > 0 || undefined}>
              <th scope="row">
                {name}
                {count > 1 && ` · ${words.copies(running, count)}`}
              </th>
              <td>
                {running > 0 ? (expectedMs === undefined ? words.unknown : formatDuration(expectedMs)) : words.cached}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {forecast.expectedMs !== undefined && (
            <tr>
              <th scope="row">{words.total}</th>
              <td>{formatDuration(forecast.expectedMs * runs)}</td>
            </tr>
          )}
          {forecast.peakMemoryBytes !== undefined && (
            <tr data-testid="forecast-memory">
              <th scope="row">{words.memory}</th>
              <td>{words.about(formatBytes(forecast.peakMemoryBytes))}</td>
            </tr>
          )}
        </tfoot>
      </table>
      {!forecast.cacheKnown && <p>{words.cacheUnknown}</p>}
    </>
  );
}

/** @param runs how many Run starts; their shared part is counted for each of them */
function summary({ nodes, expectedMs }: RunForecast, runs: number): string {
  const count = nodes.filter(({ willRun }) => willRun).length;
  if (count === 0) return texts.forecast.nothing;
  return texts.forecast.summary(count, expectedMs === undefined ? undefined : formatDuration(expectedMs * runs));
}
