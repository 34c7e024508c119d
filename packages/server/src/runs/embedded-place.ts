import { hostname } from 'node:os';
import { unreachable } from '@unclip-studio/graph-core';
import type { FromWorker, WorkerRecord } from '@unclip-studio/protocol';
import { programVersion } from '../services/program.js';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../worker/supervisor.js';
import type { Claim, CreateRunPlace, RunPlace, RunPlaceListeners, ToPlace } from './run-place.js';

export type EmbeddedPlaceOptions = Pick<SupervisorOptions, 'config' | 'limits' | 'nodeArguments' | 'onWords'>;

// A worker that is not there for longer than this does not start at all.
const WORKER_PATIENCE_MS = 15_000;

/** The server's own worker process, which evaluates one run after the other. */
export function embeddedPlace(options: EmbeddedPlaceOptions): CreateRunPlace {
  return (listeners) => new EmbeddedPlace(options, listeners);
}

class EmbeddedPlace implements RunPlace {
  readonly outlivesServer = false;
  readonly #listeners: RunPlaceListeners;
  readonly #supervisor: Supervisor;
  readonly #startedAt = new Date().toISOString();
  #claim: Claim | undefined;
  #workerSeenMs = performance.now();
  #lost = 0;

  constructor(options: EmbeddedPlaceOptions, listeners: RunPlaceListeners) {
    this.#listeners = listeners;
    this.#supervisor = createSupervisor({
      ...options,
      onMessage: (message) => this.#hear(message),
      onLost: (exit) => {
        const claim = this.#takeClaim();
        if (claim === undefined) return;
        this.#lost++;
        listeners.onLost(claim, { exit, isBlameless: exit.reason === 'device-lost' });
      },
      onStatus: ({ phase }) => {
        if (phase !== 'starting' && phase !== 'restarting') this.#workerSeenMs = performance.now();
        listeners.onChange();
      },
    });
  }

  open(): void {
    this.#supervisor.start();
  }

  hasRoom(): boolean {
    return this.#claim === undefined && this.#supervisor.status().phase === 'idle';
  }

  choose(): null | undefined {
    return this.hasRoom() ? null : undefined;
  }

  countSharers(): number {
    return 1;
  }

  start(claim: Claim, order: Parameters<RunPlace['start']>[1]): void {
    this.#claim = claim;
    this.#supervisor.startRun(claim.runId, order);
  }

  adopt(): void {
    throw new Error('Internal error: no run of this worker outlives its server');
  }

  cancel({ runId }: Claim): void {
    this.#supervisor.cancelRun(runId);
  }

  send(message: ToPlace): void {
    this.#supervisor.send(message);
  }

  rehearse(order: Parameters<RunPlace['rehearse']>[0]): void {
    this.#supervisor.send({ type: 'rehearse', order });
  }

  status() {
    return this.#supervisor.status();
  }

  problem(): string | undefined {
    const { phase, lastExit } = this.#supervisor.status();
    if (phase !== 'starting' && phase !== 'restarting') return undefined;
    if (performance.now() - this.#workerSeenMs < WORKER_PATIENCE_MS) return undefined;
    return `The worker process does not start${lastExit === undefined ? '' : ` (${lastExit.detail})`}.`;
  }

  refusal(): undefined {}

  whyWaiting(): undefined {}

  workers(): readonly WorkerRecord[] {
    const { pid: _, ...status } = this.#supervisor.status();
    return [
      {
        ...status,
        id: 'own',
        host: hostname(),
        version: programVersion(),
        slots: 1,
        runs: this.#claim === undefined ? [] : [this.#claim.runId],
        startedAt: this.#startedAt,
      },
    ];
  }

  figures() {
    const inFlight = this.#claim === undefined ? 0 : 1;
    return { inFlight, lost: this.#lost, refused: 0, unsigned: 0, modelRuns: this.#supervisor.nativeCalls() };
  }

  close(): Promise<void> {
    return this.#supervisor.close();
  }

  #takeClaim(): Claim | undefined {
    const claim = this.#claim;
    this.#claim = undefined;
    return claim;
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'run-events':
        if (this.#claim?.runId === message.runId) this.#listeners.onEvents(this.#claim, message.updates);
        break;
      case 'run-ended': {
        const claim = this.#takeClaim();
        if (claim !== undefined) this.#listeners.onEnded(claim, message.updates, message.report);
        break;
      }
      case 'preview':
      case 'forecast':
      case 'forecast-problems':
      case 'described':
      case 'results':
        this.#listeners.onMessage(message);
        break;
      case 'ready':
      case 'alive':
      case 'native-call':
      case 'device':
      case 'device-lost':
      case 'notice':
        // The supervisor's business.
        break;
      default:
        unreachable(message);
    }
  }
}
