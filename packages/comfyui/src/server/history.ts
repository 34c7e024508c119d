import type { RunRecord } from '@unclip-studio/protocol';
import { parseExactJson } from '../exact-json.js';
import { MAX_HISTORY_CHARACTERS } from '../limits.js';
import type { HostRuns } from './host.js';
import { type ComfyFile, toComfyFile } from './output-names.js';
import { comfyIdsOf, type PromptRun } from './prompt-runs.js';

/** What a run has made, by ComfyUI node. */
export function outputsOf(
  { outputs }: Pick<RunRecord, 'outputs'>,
  { comfyIds }: Pick<PromptRun, 'comfyIds'>,
): Readonly<Record<string, { readonly images: readonly ComfyFile[] }>> {
  // A node of ComfyUI can have any name, "__proto__" too.
  const byNode = new Map<string, ComfyFile[]>();
  for (const output of outputs) {
    const id = comfyIds.get(output.node) ?? output.node;
    const known = byNode.get(id);
    if (known === undefined) byNode.set(id, [toComfyFile(output)]);
    else known.push(toComfyFile(output));
  }
  return Object.fromEntries([...byNode].map(([id, images]) => [id, { images }]));
}

/** The newest prompts whose texts fit into one answer; 500 of 4 MB each would be 2 GB. @param prompts newest first */
export function fitting<Entry extends { readonly prompt: PromptRun }>(prompts: readonly Entry[]): readonly Entry[] {
  let characters = 0;
  return prompts.filter(({ prompt: { promptText, pnginfoText = '' } }, i) => {
    characters += promptText.length + pnginfoText.length;
    return i === 0 || characters <= MAX_HISTORY_CHARACTERS;
  });
}

/** The graph as it was sent. */
export function promptOf({ promptText }: PromptRun): unknown {
  return parseExactJson(promptText);
}

/** Data that was sent with the graph, as far as it is kept: no credentials. */
export function extraDataOf(
  { createdAt }: Pick<RunRecord, 'createdAt'>,
  { clientId, pnginfoText }: PromptRun,
): Readonly<Record<string, unknown>> {
  return {
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(pnginfoText === undefined ? {} : { extra_pnginfo: parseExactJson(pnginfoText) }),
    create_time: Date.parse(createdAt),
  };
}

/** A queue entry: number, id, graph, extra data, outputs to execute. */
export function queueEntry(run: RunRecord, prompt: PromptRun): readonly unknown[] {
  const outputs = run.targets.map((target) => prompt.comfyIds.get(target) ?? target);
  return [prompt.number, prompt.promptId, promptOf(prompt), extraDataOf(run, prompt), [...new Set(outputs)]];
}

/** How a run failed, in the form of ComfyUI's exceptions. */
export function failureOf({ error, finishedAt }: RunRecord, { promptId, comfyIds, classes }: PromptRun) {
  const node = error?.node === undefined ? undefined : comfyIds.get(error.node);
  return {
    ...{ prompt_id: promptId, node_id: node ?? '', node_type: classes.get(node ?? '') ?? '', executed: [] },
    exception_message: error?.message ?? 'The run failed.',
    exception_type: error?.code ?? 'failed',
    traceback: [],
    ...(finishedAt === undefined ? {} : { timestamp: Date.parse(finishedAt) }),
  };
}

/** One entry of the history; only runs that have ended have one. */
export function historyEntry(
  run: RunRecord,
  prompt: PromptRun,
  runs: Pick<HostRuns, 'readNodes'>,
): Readonly<Record<string, unknown>> {
  const { promptId } = prompt;
  const nodes = Object.entries(runs.readNodes(run.id));
  const inState = (wanted: string) => nodes.flatMap(([node, { state }]) => (state === wanted ? [node] : []));
  const at = (time: string | undefined) => Date.parse(time ?? run.createdAt);
  const end = {
    succeeded: 'execution_success',
    failed: 'execution_error',
    cancelled: 'execution_interrupted',
    queued: '',
    running: '',
  }[run.state];
  const stopped = prompt.comfyIds.get(inState('running').at(-1) ?? '') ?? '';
  const executed = comfyIdsOf(inState('finished'), prompt);
  const where = { node_id: stopped, node_type: prompt.classes.get(stopped) ?? '', executed };
  const failure =
    run.state === 'failed' ? { ...failureOf(run, prompt), executed } : run.state === 'cancelled' ? where : {};
  const begun = { prompt_id: promptId, timestamp: at(run.startedAt) };
  return {
    prompt: queueEntry(run, prompt),
    outputs: outputsOf(run, prompt),
    status: {
      status_str: run.state === 'succeeded' ? 'success' : 'error',
      completed: run.state === 'succeeded',
      messages: [
        // One that was cancelled while it waited never began.
        ...(run.startedAt === undefined
          ? []
          : [
              ['execution_start', begun],
              ['execution_cached', { nodes: comfyIdsOf(inState('cached'), prompt), ...begun }],
            ]),
        [end, { ...failure, prompt_id: promptId, timestamp: at(run.finishedAt) }],
      ],
    },
    meta: {},
  };
}
