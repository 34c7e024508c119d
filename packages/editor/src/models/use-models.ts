import type { ModelDeletion, ModelDownload, ServerEvent } from '@unclip-studio/protocol';
import { useCallback, useEffect, useState } from 'react';
import { type InstalledList, modelsClient } from '../api/models-client.js';
import { useRunning } from '../session/session.js';

/** What is known of the models while somebody looks at them. */
export interface ModelsData {
  /** `undefined` until the server has answered. */
  readonly list: InstalledList | undefined;
  readonly downloads: readonly ModelDownload[];
  readonly deletions: readonly ModelDeletion[];
  readonly problem: string | undefined;
  /** Asks anew. */
  refresh(): void;
}

const SETTLE_MS = 200;

/** Asked for once, and again when the server says that something changed or is back after a break. @param type of models; all when left out */
export function useModels(type?: string): ModelsData {
  const running = useRunning();
  const [list, setList] = useState<InstalledList>();
  const [downloads, setDownloads] = useState<readonly ModelDownload[]>([]);
  const [deletions, setDeletions] = useState<readonly ModelDeletion[]>([]);
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState(0);
  const refresh = useCallback(() => setAsked((count) => count + 1), []);

  // `asked` rises whenever what is known may be out of date.
  useEffect(() => {
    let isCurrent = asked >= 0;
    Promise.all([modelsClient.list(type), modelsClient.downloads(), modelsClient.deletions()]).then(
      ([found, loading, deleted]) => {
        if (!isCurrent) return;
        setList(found);
        setDownloads(loading);
        setDeletions(deleted);
        setProblem(undefined);
      },
      (error: Error) => isCurrent && setProblem(error.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [asked, type]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopEvents = running?.onEvent((event) => {
      setDownloads((known) => downloadsAfter(known, event));
      if (event.type !== 'models-changed') return;
      clearTimeout(timer);
      timer = setTimeout(refresh, SETTLE_MS);
    });
    const stopConnection = running?.connection.subscribe(({ phase }, { phase: before }) => {
      if (phase === 'open' && before !== 'open') refresh();
    });
    return () => {
      clearTimeout(timer);
      stopEvents?.();
      stopConnection?.();
    };
  }, [running, refresh]);

  return { list, downloads, deletions, problem, refresh };
}

/** The downloads after one more event. */
function downloadsAfter(known: readonly ModelDownload[], event: ServerEvent): readonly ModelDownload[] {
  if (event.type === 'model-download-removed') return known.filter(({ id }) => id !== event.id);
  if (event.type !== 'model-download-changed') return known;
  const { download } = event;
  const isKnown = known.some(({ id }) => id === download.id);
  return isKnown ? known.map((one) => (one.id === download.id ? download : one)) : [...known, download];
}
