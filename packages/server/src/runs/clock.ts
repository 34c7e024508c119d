/** The time as people read it; never used to measure or to order. */
export interface Clock {
  /** Milliseconds since 1970, UTC. May jump when the machine's clock is set. */
  wallMs(): number;
}

export const systemClock: Clock = { wallMs: () => Date.now() };
