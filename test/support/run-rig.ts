import {
  createOutputCache,
  describeDiagnostic,
  executeRun,
  fingerprintPlan,
  type OutputCache,
  planRun,
  type RunEvent,
  type RunResult,
  type Workflow,
} from '@unclip-studio/graph-core';
import { type StubServices, sha256, stubCatalog } from './stub-nodes.js';

export interface RigRun extends RunResult {
  readonly events: readonly RunEvent[];
  /** Ids in the order in which their evaluation began. */
  readonly started: readonly string[];
  readonly cachedIds: readonly string[];
}

export interface RunRig {
  readonly cache: OutputCache;
  run(workflow: Workflow, options?: RigOptions): Promise<RigRun>;
}

export interface RigOptions {
  readonly targets?: readonly string[];
  readonly signal?: AbortSignal;
  readonly services?: StubServices;
  readonly maxConcurrency?: number;
  /** Image name -> what it holds. */
  readonly images?: Readonly<Record<string, string>>;
  now?(): number;
}

/** Runs stub workflows on the real executor with one cache for all of a rig's runs. */
export function runRig(cache: OutputCache = createOutputCache({ maxBytes: 1e9 })): RunRig {
  return {
    cache,
    async run(workflow, options = {}) {
      const plan = planRun(workflow, stubCatalog, options.targets);
      if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
      const fingerprinted = await fingerprintPlan(plan.value, {
        hash: sha256,
        identify: async (_, name) => options.images?.[name] ?? `content of ${name}`,
      });
      if (!fingerprinted.ok) throw new Error(fingerprinted.diagnostics.map(describeDiagnostic).join('\n'));
      const events: RunEvent[] = [];
      const result = await executeRun({
        plan: fingerprinted.value,
        services: options.services ?? { onEvaluate() {} },
        cache,
        signal: options.signal ?? new AbortController().signal,
        now: options.now ?? (() => performance.now()),
        onEvent: (event) => events.push(event),
        ...(options.maxConcurrency === undefined ? {} : { maxConcurrency: options.maxConcurrency }),
      });
      const started = events.flatMap((event) => (event.type === 'node-started' ? [event.node] : []));
      const cachedIds = events.flatMap((event) => (event.type === 'node-cached' ? [event.node] : []));
      return { ...result, events, started, cachedIds };
    },
  };
}
