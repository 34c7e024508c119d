import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ServerEvent } from '@unclip-studio/protocol';
import { useEffect } from 'react';
import type { Running } from '../session/running/running.js';
import { useSession } from '../session/session.js';
import { NO_WORKERS, type WorkersState, withRun, withWorkers, workersAfter } from './workers-state.js';

/** The workers while they are shown: requested once per connection, and kept up to date by events. */
export function useWorkers(running: Running): WorkersState {
  const { cache } = useSession().api;
  const query = workersQuery(running);
  useEffect(
    () =>
      running.onEvent((event) =>
        cache.setQueryData<WorkersState>(query.queryKey, (known) => known && workersAfter(known, event)),
      ),
    [running, cache, query.queryKey],
  );
  return useQuery(query, cache).data ?? NO_WORKERS;
}

const KEY = ['workers'] as const;

// They are not updated while no component uses them, so the next one fetches them again.
const workersQuery = (running: Running) =>
  queryOptions({ queryKey: KEY, queryFn: () => askWorkers(running), staleTime: 0, gcTime: 0 });

async function askWorkers({ runner: { client }, onEvent }: Running): Promise<WorkersState> {
  // Events during a request may be missing in its list; they contain the whole state, so applying them again does no
  // harm.
  const meanwhile: ServerEvent[] = [];
  const stop = onEvent((event) => meanwhile.push(event));
  try {
    const workers = await client.workers();
    const details = await Promise.all(workers.flatMap(({ runs }) => runs).map((id) => client.read(id)));
    return meanwhile.reduce(workersAfter, details.reduce(withRun, withWorkers(NO_WORKERS, workers)));
  } finally {
    stop();
  }
}
