import type { RunRecord, Workflow } from '@unclip-studio/graph-core';
import type { RunService } from '../../runs/run-service.js';

/** A run that was queued by a client of ComfyUI, in that client's words. */
export interface PromptRun {
  readonly promptId: string;
  readonly runId: string;
  readonly clientId: string | undefined;
  readonly number: number;
  /** Whether its client wants half-done pictures, if it says so. */
  readonly previews?: boolean;
  /** As it was sent, JSON text. */
  readonly promptText: string;
  /** Our node -> the ComfyUI node that it stands for. */
  readonly comfyIds: ReadonlyMap<string, string>;
  /** ComfyUI node -> its class. */
  readonly classes: ReadonlyMap<string, string>;
}

/** What a queued workflow remembers of where it came from, under the key `comfyui`: it outlives the server. */
export interface PromptOrigin {
  readonly promptId: string;
  readonly clientId?: string;
  readonly number: number;
  readonly previews?: boolean;
  readonly promptText: string;
}

export interface PromptRuns {
  /** @returns `undefined` for runs that came another way */
  ofRun(runId: string): PromptRun | undefined;
  ofPrompt(promptId: string): PromptRun | undefined;
  /** Newest first; those which were forgotten are left out. */
  list(states: readonly RunRecord['state'][]): readonly { readonly run: RunRecord; readonly prompt: PromptRun }[];
  /** What clients may delete from their history; the run itself stays. */
  forget(promptId: string): void;
  nextNumber(): number;
}

// How far back a history reaches.
const MAX_LISTED = 500;

export function createPromptRuns(runs: RunService): PromptRuns {
  const known = new Map<string, PromptRun | undefined>();
  const forgotten = new Set<string>();
  let last = 0;

  function ofRun(runId: string): PromptRun | undefined {
    if (!known.has(runId)) known.set(runId, readPromptRun(runId, runs.readWorkflow(runId)));
    const prompt = known.get(runId);
    last = Math.max(last, prompt?.number ?? 0);
    return prompt;
  }

  function list(states: readonly RunRecord['state'][]) {
    return runs.list({ states, limit: MAX_LISTED }).flatMap((run) => {
      const prompt = ofRun(run.id);
      return prompt === undefined || forgotten.has(prompt.promptId) ? [] : [{ run, prompt }];
    });
  }

  return {
    ofRun,
    ofPrompt: (promptId) =>
      list(['queued', 'running', 'succeeded', 'failed', 'cancelled']).find(({ prompt }) => prompt.promptId === promptId)
        ?.prompt,
    list,
    forget: (promptId) => void forgotten.add(promptId),
    nextNumber: () => ++last,
  };
}

function readPromptRun(runId: string, workflow: Workflow): PromptRun | undefined {
  const { comfyui } = workflow as Workflow & { readonly comfyui?: PromptOrigin };
  if (comfyui === undefined) return undefined;
  const comfyIds = new Map<string, string>();
  const classes = new Map<string, string>();
  for (const [id, node] of Object.entries(workflow.nodes)) {
    const { comfyui: origins = {} } = node as { readonly comfyui?: Readonly<Record<string, NodeOrigin>> };
    for (const origin of Object.values(origins)) classes.set(origin.id, origin.class_type);
    const [first] = Object.values(origins);
    // The sampler before the empty latent that became its size.
    const main = origins['sampler'] ?? origins['node'] ?? first;
    if (main !== undefined) comfyIds.set(id, main.id);
  }
  const { promptId, clientId, number, previews, promptText } = comfyui;
  const wish = previews === undefined ? {} : { previews };
  return { promptId, runId, clientId, number, promptText, comfyIds, classes, ...wish };
}

interface NodeOrigin {
  readonly id: string;
  readonly class_type: string;
}
