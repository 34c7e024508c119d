/** One server that hands runs to workers, as a discrete-event simulation. */
export interface SimulationOptions {
  readonly workers: number;
  /** Poisson. */
  readonly arrivalsPerSecond: number;
  /** Of one run on its worker, random for each. */
  serviceMs(random: () => number): number;
  /** What a run costs the server's one event loop, half of it before the worker begins and half after it ended. */
  readonly serverMsPerRun: number;
  /** What a worker idles between the end of a run and the begin of the next, besides the server's time. */
  readonly handOverMs: number;
  /** How many runs are simulated; the first tenth, while the queue fills, is not counted. */
  readonly runs: number;
  readonly seed: number;
}

export interface SimulationResult {
  /** Runs a second that ended. */
  readonly throughput: number;
  /** From a run's arrival until its worker begins. */
  readonly meanDelayMs: number;
  readonly p95DelayMs: number;
  /** Shares of the time. */
  readonly serverBusy: number;
  readonly workersBusy: number;
}

/**
 * First come, first served. The event loop is one more station through which each run passes twice, so that it becomes the
 * bottleneck where runs are many and short.
 */
export function simulateQueue(options: SimulationOptions): SimulationResult {
  const { workers, arrivalsPerSecond, serviceMs, serverMsPerRun, handOverMs, runs, seed } = options;
  const random = createRandom(seed);
  const frees = new TimeHeap(workers);
  // Ends come back to the event loop in another order than their runs began.
  const ends = new TimeHeap(0);
  const warmUp = Math.floor(runs / 10);
  const delays: number[] = [];
  let [arrivalMs, loopFreeMs, loopBusyMs, serviceSumMs, lastEndMs, firstCountedMs] = [0, 0, 0, 0, 0, 0];
  /** The event loop takes half of a run's cost, from `readyMs` at the earliest. @returns when it is done */
  const passLoop = (readyMs: number): number => {
    const cost = serverMsPerRun / 2;
    loopFreeMs = Math.max(loopFreeMs, readyMs) + cost;
    loopBusyMs += cost;
    return loopFreeMs;
  };
  for (let run = 0; run < runs; run++) {
    arrivalMs += (-Math.log(1 - random()) * 1000) / arrivalsPerSecond;
    const freeMs = frees.take();
    const readyMs = Math.max(arrivalMs, freeMs);
    while (ends.size > 0 && ends.least <= readyMs) passLoop(ends.take());
    const beginMs = passLoop(readyMs);
    // Where more comes than is done, arrivals run ahead of everything; what is done counts.
    if (run === warmUp) firstCountedMs = beginMs;
    const tookMs = serviceMs(random);
    const endMs = beginMs + tookMs;
    ends.add(endMs);
    frees.add(endMs + handOverMs);
    lastEndMs = Math.max(lastEndMs, endMs);
    serviceSumMs += tookMs;
    if (run >= warmUp) delays.push(beginMs - arrivalMs);
  }
  while (ends.size > 0) passLoop(ends.take());
  delays.sort((a, b) => a - b);
  return {
    throughput: delays.length / ((lastEndMs - firstCountedMs) / 1000),
    meanDelayMs: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
    p95DelayMs: delays[Math.floor(delays.length * 0.95)] ?? Number.NaN,
    serverBusy: loopBusyMs / Math.max(lastEndMs, loopFreeMs),
    workersBusy: serviceSumMs / (workers * lastEndMs),
  };
}

/** The mean wait in a queue with exponential arrivals and service times: Erlang's C formula. */
export function erlangDelayMs(workers: number, arrivalsPerSecond: number, meanServiceMs: number): number {
  const offered = (arrivalsPerSecond * meanServiceMs) / 1000;
  // Erlang B by its recursion, which never overflows.
  let blocked = 1;
  for (let count = 1; count <= workers; count++) blocked = (offered * blocked) / (count + offered * blocked);
  const waits = blocked / (1 - (offered / workers) * (1 - blocked));
  return (waits * meanServiceMs) / (workers - offered);
}

/** Mulberry32: good enough for waiting times, and the same on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Times, the least first. */
class TimeHeap {
  readonly #times: number[];

  /** @param zeros how many times of 0 there are at first */
  constructor(zeros: number) {
    this.#times = new Array<number>(zeros).fill(0);
  }

  get size(): number {
    return this.#times.length;
  }

  get least(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(time: number): void {
    const times = this.#times;
    let place = times.length;
    times.push(time);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#at(parent) <= time) break;
      times[place] = this.#at(parent);
      place = parent;
    }
    times[place] = time;
  }

  take(): number {
    const times = this.#times;
    const least = this.least;
    const last = times.pop() ?? 0;
    if (times.length === 0) return least;
    let place = 0;
    for (let child = 1; child < times.length; child = 2 * place + 1) {
      if (child + 1 < times.length && this.#at(child + 1) < this.#at(child)) child++;
      if (this.#at(child) >= last) break;
      times[place] = this.#at(child);
      place = child;
    }
    times[place] = last;
    return least;
  }

  #at(place: number): number {
    return this.#times[place] ?? Number.POSITIVE_INFINITY;
  }
}
