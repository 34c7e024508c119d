import type { RunRecord, ServerEvent } from '@unclip-studio/protocol';
import { outputsOf } from './history.js';
import { comfyIdsOf, type PromptRun } from './prompt-runs.js';

/** Says what happens in runs, in ComfyUI's messages, fields and order. */
export interface RunMessages {
  take(event: ServerEvent, prompt: PromptRun): void;
  /** The ComfyUI node of a run that was begun last. */
  executing(runId: string): string | undefined;
  /** The same of all runs that are under way. */
  allExecuting(): readonly (readonly [string, string])[];
  /** About a run that ended before its end was reported. */
  forget(runId: string): void;
}

interface Channel {
  /** To the client that queued the prompt. */
  tell(prompt: PromptRun, type: string, data: object): void;
  /** To all clients: how many prompts are left. */
  sendStatus(): void;
}

interface NodeProgress {
  readonly value: number;
  readonly max: number;
  readonly state: 'running' | 'finished';
}

interface Progress {
  readonly node: string;
  readonly step: number;
  readonly steps: number;
}

/** Messages about an active run. */
interface RunUnderWay {
  /** The ComfyUI node that was begun last. */
  executing?: string;
  /** Of our node that is sampling, or was the last one to. */
  progress?: Progress;
  /** ComfyUI's nodes that have started, each with the last message. */
  readonly states: Map<string, NodeProgress>;
  /** Those whose end is not reported yet, because their images come before it. */
  readonly ending: Map<string, NodeProgress>;
  /** ComfyUI's nodes that are a part of others here and were reported. */
  readonly toldParts: Set<string>;
  /** Whether the nodes that need not run have been reported. */
  isCachedTold: boolean;
}

// A page shows no more of them, and each change of one is sent with all others.
const MAX_TOLD_STATES = 200;

/** @see ComfyUI 0.3.64, execution.py, main.py (prompt_worker) and comfy_execution/progress.py */
export function createRunMessages({ tell, sendStatus }: Channel): RunMessages {
  const underWay = new Map<string, RunUnderWay>();
  const runUnderWay = (runId: string) => {
    const run: RunUnderWay = underWay.get(runId) ?? {
      ...{ states: new Map(), ending: new Map(), toldParts: new Set() },
      isCachedTold: false,
    };
    underWay.set(runId, run);
    return run;
  };

  function startNode(prompt: PromptRun, node: string): void {
    const id = prompt.comfyIds.get(node);
    if (id === undefined) return;
    const { toldParts } = runUnderWay(prompt.runId);
    for (const part of prompt.partIds.get(node) ?? []) {
      if (toldParts.has(part)) continue;
      toldParts.add(part);
      tellStarted(prompt, part);
      tellState(prompt, part, { value: 1, max: 1, state: 'finished' });
    }
    tellStarted(prompt, id);
  }

  function tellStarted(prompt: PromptRun, id: string): void {
    runUnderWay(prompt.runId).executing = id;
    tellState(prompt, id, { value: 0, max: 1, state: 'running' });
    tell(prompt, 'executing', { node: id, display_node: id });
  }

  function tellProgress(prompt: PromptRun, { node: our, step: value, steps: max }: Progress): void {
    runUnderWay(prompt.runId).progress = { node: our, step: value, steps: max };
    const node = prompt.comfyIds.get(our) ?? our;
    tellState(prompt, node, { value, max, state: 'running' });
    tell(prompt, 'progress', { value, max, node });
  }

  /** Of all nodes that were begun, since a page takes it for the whole. */
  function tellState(prompt: PromptRun, node: string, progressed: NodeProgress): void {
    const { states } = runUnderWay(prompt.runId);
    states.delete(node);
    states.set(node, progressed);
    const [oldest] = states.keys();
    if (states.size > MAX_TOLD_STATES && oldest !== undefined) states.delete(oldest);
    const ids = (id: string) => ({ node_id: id, display_node_id: id, parent_node_id: null, real_node_id: id });
    const told = [...states].map(([id, state]) => [id, { ...state, ...ids(id), prompt_id: prompt.promptId }] as const);
    // A node of ComfyUI can have any name, "__proto__" too.
    tell(prompt, 'progress_state', { nodes: Object.fromEntries(told) });
  }

  function finishNode(prompt: PromptRun, node: string): void {
    const run = runUnderWay(prompt.runId);
    const id = prompt.comfyIds.get(node);
    // One that was quick is not told of before.
    if (run.executing !== id) startNode(prompt, node);
    const last = run.progress?.node === node ? run.progress : undefined;
    // Progress events are throttled, so the last step may not have been reported.
    if (last !== undefined && last.step < last.steps) tellProgress(prompt, { ...last, step: last.steps });
    const steps = last?.steps ?? 1;
    if (id !== undefined) run.ending.set(id, { value: steps, max: steps, state: 'finished' });
  }

  /** Reports which nodes have ended since, except those whose images are still expected. */
  function endNodes(prompt: PromptRun): void {
    const { ending } = runUnderWay(prompt.runId);
    for (const [id, state] of ending) tellState(prompt, id, state);
    ending.clear();
  }

  /** Once per run, before the first message about its nodes. */
  function tellCached(prompt: PromptRun, nodes: readonly string[]): void {
    const run = runUnderWay(prompt.runId);
    if (run.isCachedTold && nodes.length === 0) return;
    run.isCachedTold = true;
    for (const id of nodes) run.toldParts.add(id);
    tell(prompt, 'execution_cached', { nodes, timestamp: Date.now() });
  }

  function endRun(run: RunRecord, prompt: PromptRun): void {
    const { executing, states } = underWay.get(run.id) ?? {};
    underWay.delete(run.id);
    // For a prompt that never started, ComfyUI's server only reports how many are left.
    if (run.startedAt === undefined && run.state === 'cancelled') {
      sendStatus();
      return;
    }
    const at = { timestamp: Date.now() };
    const ended = [...(states ?? [])].flatMap(([id, { state }]) => (state === 'finished' ? [id] : []));
    const node = (run.error?.node === undefined ? undefined : prompt.comfyIds.get(run.error.node)) ?? executing;
    const where = {
      ...{ node_id: node ?? null, node_type: prompt.classes.get(node ?? '') ?? null },
      executed: ended,
    };
    if (run.state === 'succeeded') tell(prompt, 'execution_success', at);
    else if (run.state === 'cancelled') tell(prompt, 'execution_interrupted', { ...where, ...at });
    else {
      const message = run.error?.message ?? 'The run failed.';
      const error = { exception_message: message, exception_type: run.error?.code ?? 'failed', traceback: [] };
      tell(prompt, 'execution_error', { ...where, ...error, current_inputs: {}, current_outputs: [], ...at });
    }
    sendStatus();
    tell(prompt, 'executing', { node: null });
  }

  function take(event: ServerEvent, prompt: PromptRun): void {
    switch (event.type) {
      case 'run-changed':
        if (event.run.finishedAt === undefined) break;
        if (underWay.has(event.run.id)) endNodes(prompt);
        endRun(event.run, prompt);
        break;
      case 'run-started':
        // A run that is retried starts from the beginning.
        underWay.delete(event.runId);
        sendStatus();
        tell(prompt, 'execution_start', { timestamp: Date.now() });
        break;
      case 'nodes-cached':
        tellCached(prompt, comfyIdsOf(event.nodes, prompt));
        break;
      case 'nodes-started':
        tellCached(prompt, []);
        endNodes(prompt);
        for (const node of event.nodes) startNode(prompt, node);
        break;
      case 'nodes-finished':
        tellCached(prompt, []);
        for (const node of Object.keys(event.durationsMs)) {
          endNodes(prompt);
          finishNode(prompt, node);
        }
        break;
      case 'node-progress':
        endNodes(prompt);
        tellProgress(prompt, event);
        break;
      case 'outputs-made':
        for (const [node, output] of Object.entries(outputsOf(event, prompt))) {
          tell(prompt, 'executed', { node, display_node: node, output });
        }
        endNodes(prompt);
        break;
    }
  }

  return {
    take,
    executing: (runId) => underWay.get(runId)?.executing,
    allExecuting: () =>
      [...underWay].flatMap(([runId, { executing }]) => (executing === undefined ? [] : [[runId, executing] as const])),
    forget: (runId) => void underWay.delete(runId),
  };
}
