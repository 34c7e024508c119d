import type { RunRecord } from '@unclip-studio/protocol';
import { MAX_HISTORY_CHARACTERS } from '../limits.js';
import { type ComfyFile, toComfyFile } from './output-names.js';
import type { PromptRun } from './prompt-runs.js';

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
  return prompts.filter(({ prompt }, i) => {
    characters += prompt.promptText.length;
    return i === 0 || characters <= MAX_HISTORY_CHARACTERS;
  });
}

/** A queue entry: number, id, graph, extra data, outputs to execute. */
export function queueEntry({ number, promptId, promptText, clientId, comfyIds }: PromptRun): readonly unknown[] {
  const extra = clientId === undefined ? {} : { client_id: clientId };
  return [number, promptId, JSON.parse(promptText), extra, [...new Set(comfyIds.values())]];
}

/** One entry of the history; only runs that have ended have one. */
export function historyEntry(run: RunRecord, prompt: PromptRun): Readonly<Record<string, unknown>> {
  const { promptId } = prompt;
  const at = (time: string | undefined) => Date.parse(time ?? run.createdAt);
  const end = {
    succeeded: 'execution_success',
    failed: 'execution_error',
    cancelled: 'execution_interrupted',
    queued: '',
    running: '',
  }[run.state];
  const failure =
    run.error === undefined ? {} : { exception_message: run.error.message, exception_type: run.error.code };
  return {
    prompt: queueEntry(prompt),
    outputs: outputsOf(run, prompt),
    status: {
      status_str: run.state === 'succeeded' ? 'success' : 'error',
      completed: run.state === 'succeeded',
      messages: [
        ['execution_start', { prompt_id: promptId, timestamp: at(run.startedAt) }],
        [end, { prompt_id: promptId, timestamp: at(run.finishedAt), ...failure }],
      ],
    },
    meta: {},
  };
}
