import { expect, test } from 'vitest';
import { inLongSuite } from '../support/long-suite.js';
import { erlangDelayMs, type SimulationOptions, simulateQueue } from '../support/queue-simulation.js';

const exponential = (meanMs: number) => (random: () => number) => -Math.log(1 - random()) * meanMs;
const BASE: SimulationOptions = {
  workers: 1,
  arrivalsPerSecond: 1,
  serviceMs: exponential(1000),
  serverMsPerRun: 0,
  handOverMs: 0,
  runs: 400_000,
  seed: 1,
};

test.each([
  [1, 0.8],
  [100, 0.95],
  ...inLongSuite([
    [1, 0.5],
    [2, 0.8],
    [10, 0.9],
  ]),
])('%i workers at a load of %f wait as long as Erlang says', (workers, load) => {
  const arrivalsPerSecond = load * workers;

  const { meanDelayMs, throughput, workersBusy } = simulateQueue({ ...BASE, workers, arrivalsPerSecond });

  const expected = erlangDelayMs(workers, arrivalsPerSecond, 1000);
  // 400,000 runs at these loads scatter by a few per cent.
  expect(meanDelayMs / expected).toBeGreaterThan(0.9);
  expect(meanDelayMs / expected).toBeLessThan(1.1);
  expect(throughput / arrivalsPerSecond).toBeCloseTo(1, 1);
  expect(workersBusy).toBeCloseTo(load, 1);
});

test('Erlang’s formula for one worker is that of M/M/1', () => {
  for (const load of [0.1, 0.5, 0.9]) {
    expect(erlangDelayMs(1, load, 1000)).toBeCloseTo((1000 * load) / (1 - load), 6);
  }
});

test('the throughput never exceeds that of the server’s event loop', () => {
  const { throughput, serverBusy } = simulateQueue({
    ...BASE,
    workers: 1000,
    arrivalsPerSecond: 500,
    serviceMs: () => 1000,
    serverMsPerRun: 5,
    runs: 50_000,
  });

  expect(throughput).toBeLessThan(201);
  expect(throughput).toBeGreaterThan(190);
  expect(serverBusy).toBeGreaterThan(0.98);
});

test('the time of dispatching is subtracted from each worker', () => {
  const { throughput } = simulateQueue({
    ...BASE,
    workers: 2,
    arrivalsPerSecond: 1000,
    serviceMs: () => 100,
    handOverMs: 25,
    runs: 20_000,
  });

  expect(throughput).toBeCloseTo(2 / 0.125, 1);
});
