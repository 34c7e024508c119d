import { useEffect, useState } from 'react';
import type { ApiClient, InstalledCheckpoint, StoredImage } from '../api/client.js';
import { useSession } from './session.js';

const RETRY_MS = 5000;

// Many cards ask for the same list; each is asked for once. By kind; '' are checkpoints.
const checkpoints = new WeakMap<ApiClient, Map<string, Promise<readonly InstalledCheckpoint[]>>>();

/**
 * The installed checkpoints, or models of another kind; `undefined` until the server has answered, or if it did not.
 *
 * @param model as a param calls the kind
 */
export function useCheckpoints(model?: string): readonly InstalledCheckpoint[] | undefined {
  const { api } = useSession();
  const [list, setList] = useState<readonly InstalledCheckpoint[]>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isMounted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lists = checkpoints.get(api) ?? new Map();
    checkpoints.set(api, lists);
    const answer: Promise<readonly InstalledCheckpoint[]> = lists.get(model ?? '') ?? api.checkpoints(model);
    lists.set(model ?? '', answer);
    answer.then(
      (found) => isMounted && setList(found),
      () => {
        // Without an answer a field shows what the workflow says.
        if (lists.get(model ?? '') === answer) lists.delete(model ?? '');
        if (isMounted) timer = setTimeout(() => setAttempt((count) => count + 1), RETRY_MS);
      },
    );
    return () => {
      isMounted = false;
      clearTimeout(timer);
    };
  }, [api, attempt, model]);
  return list;
}

/** Asks for the checkpoints anew, as after the server has said that they changed. */
export function forgetCheckpoints(api: ApiClient): void {
  checkpoints.delete(api);
}

/** The picture a param names: `undefined` until the server has answered, `null` if there is none. */
export function useStoredImage(reference: string): StoredImage | null | undefined {
  const { api } = useSession();
  const [image, setImage] = useState<{ readonly reference: string; readonly found: StoredImage | null }>();
  useEffect(() => {
    let isMounted = true;
    if (reference === '') return undefined;
    api.images.find(reference).then(
      (found) => isMounted && setImage({ reference, found: found ?? null }),
      () => isMounted && setImage({ reference, found: null }),
    );
    return () => {
      isMounted = false;
    };
  }, [api, reference]);
  return image?.reference === reference ? image.found : undefined;
}
