import { useEffect, useState } from 'react';

const TICK_MS = 500;

/** Draws again twice a second, while somebody looks at a time. */
export function useTicks(isTicking: boolean): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => setTick((tick) => tick + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [isTicking]);
}
