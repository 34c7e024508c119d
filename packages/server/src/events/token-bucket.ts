/**
 * Lets `perSecond` through, and `burst` at once after a silence.
 *
 * @param now milliseconds on a clock that never runs backwards
 */
export function createTokenBucket(options: {
  readonly perSecond: number;
  readonly burst: number;
  now(): number;
}): () => boolean {
  const { perSecond, burst, now } = options;
  let tokens = burst;
  let lastMs = now();
  return () => {
    const nowMs = now();
    tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1000) * perSecond);
    lastMs = nowMs;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
