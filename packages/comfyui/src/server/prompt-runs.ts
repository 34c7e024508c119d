import type { Workflow } from '@unclip-studio/graph-core';
import type { RunRecord } from '@unclip-studio/protocol';
import { MAX_HISTORY_ENTRIES, MAX_KNOWN_PROMPTS } from '../limits.js';
import type { HostRuns } from './host.js';

/** A run that was queued by a client of ComfyUI, in that client's words. */
export interface PromptRun {
  readonly promptId: string;
  readonly runId: string;
  readonly clientId: string | undefined;
  readonly number: number;
  /** Whether its client chose the number. */
  readonly isNumberSent?: boolean;
  /** Whether its client wants preview images, if it says so. */
  readonly previews?: boolean;
  /** As it was sent, JSON text. */
  readonly promptText: string;
  /** The metadata that the client stores in the images (`extra_pnginfo`), JSON text of an object. */
  readonly pnginfoText?: string;
  /** The page's own id of its workflow, if it sent the page. */
  readonly workflowId?: string;
  /** Our node -> the ComfyUI node that it represents. */
  readonly comfyIds: ReadonlyMap<string, string>;
  /** Our node -> the ComfyUI nodes that are a part of it and have no node of their own here. */
  readonly partIds: ReadonlyMap<string, readonly string[]>;
  /** ComfyUI node -> its class. */
  readonly classes: ReadonlyMap<string, string>;
}

/** What a queued workflow remembers of where it came from, under the key `comfyui`: it outlives the server. */
export interface PromptOrigin {
  readonly promptId: string;
  readonly clientId?: string;
  readonly number: number;
  readonly isNumberSent?: boolean;
  readonly previews?: boolean;
  readonly promptText: string;
  readonly pnginfoText?: string;
}

export interface PromptRuns {
  /** @returns `undefined` for runs that came another way */
  ofRun(runId: string): PromptRun | undefined;
  ofPrompt(promptId: string): PromptRun | undefined;
  /** Newest first; those that were forgotten are left out. */
  list(states: readonly RunRecord['state'][]): readonly { readonly run: RunRecord; readonly prompt: PromptRun }[];
  /** What clients may delete from their history; the run itself stays. */
  forget(promptId: string): void;
  nextNumber(): number;
}

export function createPromptRuns(runs: Pick<HostRuns, 'list' | 'readWorkflow'>): PromptRuns {
  // The most recently used ones, newest last: a prompt is as large as its text, and their number is unlimited.
  const known = new Map<string, PromptRun | undefined>();
  const forgotten = new Set<string>();
  let last = 0;
  // Those that have been waiting since before a restart have numbers.
  let areWaitingCounted = false;

  function ofRun(runId: string): PromptRun | undefined {
    const isKnown = known.has(runId);
    const prompt = isKnown ? known.get(runId) : readPromptRun(runId, runs.readWorkflow(runId));
    known.delete(runId);
    known.set(runId, prompt);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN_PROMPTS && oldest !== undefined) known.delete(oldest);
    if (prompt !== undefined) last = Math.max(last, countOf(prompt));
    return prompt;
  }

  function list(states: readonly RunRecord['state'][]) {
    return runs.list({ states, limit: MAX_HISTORY_ENTRIES }).flatMap((run) => {
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
    nextNumber() {
      if (!areWaitingCounted) list(['queued', 'running']);
      areWaitingCounted = true;
      return ++last;
    },
  };
}

/** What the counter was when the prompt got its number. 0: it was not asked */
function countOf({ number, isNumberSent = false }: PromptRun): number {
  return isNumberSent || !Number.isSafeInteger(number) ? 0 : Math.abs(number);
}

/**
 * A workflow's data about its prompt is used only if it has the right form: anyone may send a workflow with any keys.
 */
function readPromptRun(runId: string, workflow: Workflow): PromptRun | undefined {
  const { comfyui } = workflow as Workflow & { readonly comfyui?: unknown };
  if (!isPromptOrigin(comfyui)) return undefined;
  const comfyIds = new Map<string, string>();
  const classes = new Map<string, string>();
  for (const [id, node] of Object.entries(workflow.nodes)) {
    const origins = originsOf(node);
    for (const origin of Object.values(origins)) classes.set(origin.id, origin.class_type);
    const main = mainOrigin(origins);
    if (main !== undefined) comfyIds.set(id, main.id);
  }
  const own = new Set(comfyIds.values());
  const partIds = new Map(
    Object.entries(workflow.nodes).map(([id, node]) => {
      const ids = Object.values(originsOf(node)).map((origin) => origin.id);
      return [id, [...new Set(ids)].filter((part) => !own.has(part))] as const;
    }),
  );
  const { promptId, clientId, number, isNumberSent, previews, promptText, pnginfoText } = comfyui;
  const workflowId = pnginfoText === undefined ? undefined : workflowIdOf(pnginfoText);
  return {
    ...{ promptId, runId, clientId, number, promptText, comfyIds, partIds, classes },
    ...(isNumberSent === undefined ? {} : { isNumberSent }),
    ...(previews === undefined ? {} : { previews }),
    ...(pnginfoText === undefined ? {} : { pnginfoText }),
    ...(workflowId === undefined ? {} : { workflowId }),
  };
}

function workflowIdOf(pnginfoText: string): string | undefined {
  const { workflow } = JSON.parse(pnginfoText) as { readonly workflow?: unknown };
  return isObject(workflow) && typeof workflow['id'] === 'string' ? workflow['id'] : undefined;
}

/** All ComfyUI nodes that some of ours represent, each once. */
export function comfyIdsOf(nodes: readonly string[], { comfyIds, partIds }: PromptRun): readonly string[] {
  const ids = nodes.flatMap((node) => [...(partIds.get(node) ?? []), comfyIds.get(node) ?? []].flat());
  return [...new Set(ids)];
}

/** A ComfyUI node that one of ours represents. */
export interface NodeOrigin {
  readonly id: string;
  readonly class_type: string;
  /** As they were sent. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Of several: the sampler before the empty latent that became its size. */
export function mainOrigin(origins: Readonly<Record<string, NodeOrigin>>): NodeOrigin | undefined {
  return origins['sampler'] ?? origins['node'] ?? Object.values(origins)[0];
}

/** The stored origins of a node, by role. */
export function originsOf(node: unknown): Readonly<Record<string, NodeOrigin>> {
  const origins = isObject(node) ? node['comfyui'] : undefined;
  if (!isObject(origins)) return {};
  return Object.fromEntries(
    Object.entries(origins).filter((entry): entry is [string, NodeOrigin] => isOrigin(entry[1])),
  );
}

function isOrigin(value: unknown): value is NodeOrigin {
  return (
    isObject(value) &&
    typeof value['id'] === 'string' &&
    typeof value['class_type'] === 'string' &&
    (value['inputs'] === undefined || isObject(value['inputs']))
  );
}

function isPromptOrigin(value: unknown): value is PromptOrigin {
  return (
    isObject(value) &&
    typeof value['promptId'] === 'string' &&
    Number.isFinite(value['number']) &&
    typeof value['promptText'] === 'string' &&
    isJson(value['promptText']) &&
    (value['pnginfoText'] === undefined ||
      (typeof value['pnginfoText'] === 'string' && isJson(value['pnginfoText'], isObject))) &&
    ['string', 'undefined'].includes(typeof value['clientId']) &&
    ['boolean', 'undefined'].includes(typeof value['previews']) &&
    ['boolean', 'undefined'].includes(typeof value['isNumberSent'])
  );
}

function isJson(text: string, isRight: (value: unknown) => boolean = () => true): boolean {
  try {
    return isRight(JSON.parse(text));
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
