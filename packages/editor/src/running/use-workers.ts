import type { ServerEvent } from '@unclip-studio/protocol';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand/react';
import type { Running } from '../session/running/running.js';
import {
  createWorkersStore,
  type WorkersState,
  type WorkersStore,
  withRun,
  withWorkers,
  workersAfter,
} from './workers-state.js';

/** The workers as long as somebody looks at them: asked for once a connection, and kept true by events. */
export function useWorkers(running: Running): WorkersState {
  const [store] = useState(createWorkersStore);
  useEffect(() => followWorkers(store, running), [store, running]);
  return useStore(store);
}

function followWorkers(store: WorkersStore, running: Running): () => void {
  // What happens while a list is on its way may be missing in it; it is told of whole, so saying it again does no harm.
  let meanwhile: ServerEvent[] | undefined;
  let isOver = false;

  async function ask(): Promise<void> {
    const { client } = running.runner;
    const asked: ServerEvent[] = [];
    meanwhile = asked;
    try {
      const workers = await client.workers();
      const details = await Promise.all(workers.flatMap(({ runs }) => runs).map((id) => client.read(id)));
      if (isOver) return;
      store.setState((state) => {
        const listed = details.reduce(withRun, withWorkers(state, workers));
        return asked.reduce(workersAfter, listed);
      }, true);
    } catch {
      // The bar about the connection says so already; the next connection asks again.
    } finally {
      if (meanwhile === asked) meanwhile = undefined;
    }
  }

  const stopEvents = running.onEvent((event) => {
    meanwhile?.push(event);
    store.setState((state) => workersAfter(state, event), true);
  });
  const stopConnection = running.connection.subscribe(({ phase }, { phase: before }) => {
    if (phase === 'open' && before !== 'open') void ask();
  });
  void ask();
  return () => {
    isOver = true;
    stopEvents();
    stopConnection();
  };
}
