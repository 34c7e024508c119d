import { useEffect, useState } from 'react';
import type { ApiClient, InstalledCheckpoint, StoredImage } from '../api/client.js';
import { useSession } from './session.js';

const RETRY_MS = 5000;

// Many cards ask for the same list; it is asked for once.
const checkpoints = new WeakMap<ApiClient, Promise<readonly InstalledCheckpoint[]>>();

/** The installed checkpoints; `undefined` until the server has answered, or if it did not. */
export function useCheckpoints(): readonly InstalledCheckpoint[] | undefined {
  const { api } = useSession();
  const [list, setList] = useState<readonly InstalledCheckpoint[]>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isMounted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = checkpoints.get(api) ?? api.checkpoints();
    checkpoints.set(api, answer);
    answer.then(
      (found) => isMounted && setList(found),
      () => {
        // Without an answer a field shows what the workflow says.
        if (checkpoints.get(api) === answer) checkpoints.delete(api);
        if (isMounted) timer = setTimeout(() => setAttempt((count) => count + 1), RETRY_MS);
      },
    );
    return () => {
      isMounted = false;
      clearTimeout(timer);
    };
  }, [api, attempt]);
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
