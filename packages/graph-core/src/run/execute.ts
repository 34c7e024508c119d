import type { RunOutcome } from '@unclip-studio/protocol';
import type { CancelSignal, EvaluateContext } from '../definition/evaluation.js';
import type { EvaluableNode } from '../definition/node-definition.js';
import { becauseOf } from '../definition/reasons.js';
import type { FingerprintedPlan } from '../plan/fingerprint.js';
import type { PlannedNode } from '../plan/plan.js';
import { recordResult } from '../plan/result-record.js';
import type { RunEvent, RunOutput } from '../run-events.js';
import type { NodeResult, OutputCache } from './output-cache.js';
import { createProgressThrottle } from './progress-throttle.js';

export interface RunRequest<Services> {
  readonly plan: FingerprintedPlan<EvaluableNode<Services>>;
  readonly services: Services;
  readonly cache: OutputCache;
  readonly signal: CancelSignal;
  /** Milliseconds on a clock that never runs backwards. */
  now(): number;
  onEvent(event: RunEvent): void;
  /** A preview value of a running node, such as the latent of a sampling step. */
  onPreview?(node: string, value: unknown): void;
  /** How many nodes may be under way at once. */
  readonly maxConcurrency?: number;
}

export interface RunResult {
  readonly outcome: RunOutcome;
  /** The targets' values by node id; only those that were reached. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly evaluated: number;
  readonly cached: number;
  /** The most results held at one moment, not counting the cache. */
  readonly peakHeld: number;
}

/**
 * Runs a plan: cached results are used, and nodes needed only for them are not touched; every other node is evaluated
 * once, after its inputs, and its result is released after its last reader. The first failure or a cancel prevents new
 * starts; running evaluations are awaited. Never rejects because of a node.
 */
export function executeRun<Services>(request: RunRequest<Services>): Promise<RunResult> {
  return new Run(request).execute();
}

class Run<Services> {
  readonly #request: RunRequest<Services>;
  readonly #nodes: readonly PlannedNode<EvaluableNode<Services>>[];
  readonly #results: (NodeResult | undefined)[];
  /** For each node to evaluate: how many evaluated sources it still waits for. `undefined`: not to be evaluated. */
  readonly #waitingFor: (number | undefined)[];
  readonly #readers: (number[] | undefined)[];
  /** For each node: how many evaluations will still read its result. */
  readonly #readsLeft: number[];
  readonly #isTarget: ReadonlySet<number>;
  readonly #ready: number[] = [];
  #nextReady = 0;
  #underWay = 0;
  #held = 0;
  #peakHeld = 0;
  #evaluated = 0;
  #failed = false;
  #finish: () => void = () => {};

  constructor(request: RunRequest<Services>) {
    this.#request = request;
    this.#nodes = request.plan.nodes;
    const count = this.#nodes.length;
    this.#results = new Array(count);
    this.#waitingFor = new Array(count);
    this.#readers = new Array(count);
    this.#readsLeft = new Array(count).fill(0);
    this.#isTarget = new Set(request.plan.targets);
  }

  async execute(): Promise<RunResult> {
    const { now, onEvent, plan, signal } = this.#request;
    const startedMs = now();
    onEvent({ type: 'run-started', nodes: this.#nodes.map((node) => node.id) });
    const cached = await this.#chooseWhatToEvaluate();
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#startReady();
    });
    const outcome = this.#failed ? 'failed' : signal.aborted ? 'cancelled' : 'succeeded';
    onEvent({ type: 'run-finished', outcome, durationMs: now() - startedMs });
    const values = new Map<string, Readonly<Record<string, unknown>>>();
    for (const place of plan.targets) {
      const result = this.#results[place];
      if (result !== undefined) values.set(this.#at(place).id, result.values);
    }
    return { outcome, values, evaluated: this.#evaluated, cached, peakHeld: this.#peakHeld };
  }

  /** Walks from the targets up and stops at what the cache knows. Returns how many planned nodes need no evaluation. */
  async #chooseWhatToEvaluate(): Promise<number> {
    const toVisit = [...this.#request.plan.targets];
    for (let place = toVisit.pop(); place !== undefined; place = toVisit.pop()) {
      if (this.#waitingFor[place] !== undefined || this.#results[place] !== undefined) continue;
      const node = this.#at(place);
      const known = this.#recall(place, node);
      const result = known instanceof Promise ? await known : known;
      if (result !== undefined) {
        this.#hold(place, result);
        continue;
      }
      this.#waitingFor[place] = 0;
      for (const { source } of node.inputs) toVisit.push(source);
    }
    return this.#countWaits();
  }

  /** A promise only where something slower than memory has to be read: waiting for each node costs a long chain dear. */
  #recall(place: number, { definition }: PlannedNode): Promise<NodeResult | undefined> | NodeResult | undefined {
    if (definition.sideEffects) return undefined;
    const { cache } = this.#request;
    const fingerprint = this.#fingerprint(place);
    const known = cache.get(fingerprint);
    if (known !== undefined || !cache.kept?.has(fingerprint, definition)) return known;
    return cache.kept.read(fingerprint, definition);
  }

  #countWaits(): number {
    let cached = 0;
    for (const [place, node] of this.#nodes.entries()) {
      if (this.#waitingFor[place] === undefined) {
        cached++;
        const outputs = this.#results[place]?.published ?? [];
        this.#request.onEvent({ type: 'node-cached', node: node.id, outputs });
        continue;
      }
      const sources = new Set(node.inputs.map(({ source }) => source));
      for (const source of sources) {
        this.#readsLeft[source] = (this.#readsLeft[source] ?? 0) + 1;
        if (this.#waitingFor[source] === undefined) continue;
        this.#waitingFor[place] = (this.#waitingFor[place] ?? 0) + 1;
        const readers = this.#readers[source];
        if (readers === undefined) this.#readers[source] = [place];
        else readers.push(place);
      }
      if (this.#waitingFor[place] === 0) this.#ready.push(place);
    }
    return cached;
  }

  #startReady(): void {
    const limit = this.#request.maxConcurrency ?? 4;
    while (this.#underWay < limit && this.#nextReady < this.#ready.length && !this.#isStopping()) {
      const place = this.#ready[this.#nextReady++] as number;
      this.#underWay++;
      // `#evaluate` reports every failure itself and never rejects.
      void this.#evaluate(place).then(() => {
        this.#underWay--;
        this.#startReady();
      });
    }
    if (this.#underWay === 0) this.#finish();
  }

  #isStopping(): boolean {
    return this.#failed || this.#request.signal.aborted;
  }

  async #evaluate(place: number): Promise<void> {
    const { now, onEvent, signal } = this.#request;
    const node = this.#at(place);
    const startedMs = now();
    onEvent({ type: 'node-started', node: node.id });
    try {
      const published: RunOutput[] = [];
      const args = { inputs: this.#collectInputs(node), params: node.params };
      const values = await node.definition.evaluate(args, this.#contextFor(place, published));
      const result = { values: checkValues(node, values), published };
      this.#evaluated++;
      this.#request.cache.set(this.#fingerprint(place), result, node.definition);
      this.#hold(place, result);
      onEvent({ type: 'node-finished', node: node.id, durationMs: now() - startedMs, outputs: published });
      this.#wakeReaders(place);
    } catch (error) {
      // A node that stops because it was cancelled has not failed.
      if (signal.aborted) return;
      this.#failed = true;
      const message = error instanceof Error ? error.message : String(error);
      onEvent({ type: 'node-failed', node: node.id, durationMs: now() - startedMs, message, ...becauseOf(error) });
    } finally {
      this.#letGoOfInputs(node);
    }
  }

  #contextFor(place: number, published: RunOutput[]): EvaluateContext<Services> {
    const node = this.#at(place);
    const { now, onEvent, onPreview, services, signal } = this.#request;
    const isDue = createProgressThrottle(now);
    return {
      signal,
      services,
      progress: (step, steps) => {
        if (isDue(step, steps)) onEvent({ type: 'node-progress', node: node.id, step, steps });
      },
      preview: (value) => onPreview?.(node.id, value),
      publish: (output) => void published.push(output),
      record: () => recordResult(this.#request.plan, place),
    };
  }

  #collectInputs(node: PlannedNode): Record<string, unknown> {
    const inputs: Record<string, unknown> = {};
    for (const { input, source, output } of node.inputs) inputs[input] = this.#results[source]?.values[output];
    return inputs;
  }

  #wakeReaders(place: number): void {
    for (const reader of this.#readers[place] ?? []) {
      const left = (this.#waitingFor[reader] ?? 0) - 1;
      this.#waitingFor[reader] = left;
      if (left === 0) this.#ready.push(reader);
    }
  }

  #hold(place: number, result: NodeResult): void {
    this.#results[place] = result;
    this.#held++;
    this.#peakHeld = Math.max(this.#peakHeld, this.#held);
  }

  #letGoOfInputs(node: PlannedNode): void {
    for (const source of new Set(node.inputs.map((input) => input.source))) {
      this.#readsLeft[source] = (this.#readsLeft[source] ?? 0) - 1;
      if (this.#readsLeft[source] !== 0 || this.#isTarget.has(source)) continue;
      this.#results[source] = undefined;
      this.#held--;
    }
  }

  #fingerprint(place: number): string {
    return this.#request.plan.fingerprints[place] as string;
  }

  #at(place: number): PlannedNode<EvaluableNode<Services>> {
    const node = this.#nodes[place];
    if (node === undefined) throw new Error(`Internal error: the plan has no node ${place}`);
    return node;
  }
}

function checkValues(node: PlannedNode, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const output of Object.keys(node.definition.outputs)) {
    if (values[output] === undefined) {
      throw new Error(`Internal error: ${node.definition.type} gave nothing for its output ${output}`);
    }
  }
  return values;
}
