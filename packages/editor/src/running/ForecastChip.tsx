import { Popover } from '@base-ui/react/popover';
import type { RunForecast } from '@unclip-studio/graph-core';
import { useStore } from 'zustand/react';
import { useSession } from '../app/session.js';
import { useDocument } from '../app/use-stores.js';
import { panelStrings } from '../panels/strings.js';
import { formatDuration } from '../ui/format-duration.js';
import { type Running, useRunning } from './running.js';

/** What a run would do now; the list of nodes opens on a press. */
export function ForecastChip() {
  const running = useRunning();
  return running === undefined ? null : <Chip running={running} />;
}

function Chip({ running: { runner } }: { readonly running: Running }) {
  const forecast = useStore(runner.state, (state) => state.forecast);
  const isBusy = useStore(runner.state, (state) => state.own.length > 0);
  if (forecast === undefined || isBusy) return null;
  return (
    <Popover.Root>
      <Popover.Trigger className="forecast-chip" data-testid="forecast" data-tip={panelStrings.forecast.tip}>
        {summary(forecast)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} className="menu-positioner">
          <Popover.Popup className="popup forecast">
            <Popover.Title className="forecast-title">{panelStrings.forecast.title}</Popover.Title>
            <ForecastTable forecast={forecast} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ForecastTable({ forecast }: { readonly forecast: RunForecast }) {
  const { catalog } = useSession();
  const nodes = useDocument((document) => document.nodes);
  const words = panelStrings.forecast;
  return (
    <>
      <table>
        <tbody>
          {forecast.nodes.map(({ node, willRun, expectedMs }) => (
            <tr key={node} data-runs={willRun || undefined}>
              <th scope="row">{nodes[node]?.title ?? catalog.types.get(nodes[node]?.type ?? '')?.title ?? node}</th>
              <td>
                {willRun ? (expectedMs === undefined ? words.unknown : formatDuration(expectedMs)) : words.cached}
              </td>
            </tr>
          ))}
        </tbody>
        {forecast.expectedMs !== undefined && (
          <tfoot>
            <tr>
              <th scope="row">{words.total}</th>
              <td>{formatDuration(forecast.expectedMs)}</td>
            </tr>
          </tfoot>
        )}
      </table>
      {!forecast.cacheKnown && <p>{words.cacheUnknown}</p>}
    </>
  );
}

function summary({ nodes, expectedMs }: RunForecast): string {
  const count = nodes.filter(({ willRun }) => willRun).length;
  if (count === 0) return panelStrings.forecast.nothing;
  return panelStrings.forecast.summary(count, expectedMs === undefined ? undefined : formatDuration(expectedMs));
}
