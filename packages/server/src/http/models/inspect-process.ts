import { becauseOf } from '@unclip-studio/graph-core';
import { CheckpointError } from '@unclip-studio/nodes-unclip';
import type { ModelHealth } from '@unclip-studio/protocol';
import { MODEL_FILE_KINDS } from '../../services/find-model-files.js';
import { inspectCheckpoint, inspectModelFile } from '../../services/inspect-checkpoint.js';
import { createWeightDigests } from '../../services/weight-digests.js';

export interface InspectTask {
  readonly type: string;
  readonly path: string;
  /** Where digests of weights are stored. */
  readonly cacheFolder: string | undefined;
  readonly pickles: boolean;
}

// The main module of the process that inspects models: reading all weights of one takes memory and seconds.
process.on('message', async ({ id, task }: { readonly id: number; readonly task: InspectTask }) => {
  try {
    process.send?.({ id, answer: await inspect(task) });
  } catch (error) {
    process.send?.({ id, error: (error as Error).message });
  }
});
process.on('disconnect', () => process.exit(0));

async function inspect({ type, path, cacheFolder, pickles }: InspectTask): Promise<ModelHealth> {
  const facts: { name: string; value: string }[] = [];
  const say = (name: string, value: string) => void facts.push({ name, value });
  const weights = createWeightDigests(cacheFolder, { pickles });
  const kind = MODEL_FILE_KINDS.find((known) => known === type);
  try {
    await (kind === undefined ? inspectCheckpoint(path, weights, say) : inspectModelFile(kind, { path, weights }, say));
    return { facts };
  } catch (error) {
    const isOfModel = error instanceof CheckpointError || TOLD.has((error as Error).name);
    if (!isOfModel) throw error;
    return { facts, problem: (error as Error).message, ...becauseOf(error) };
  }
}

/** Other errors whose words are for users. */
const TOLD: ReadonlySet<string> = new Set(['TokenizerError', 'PreprocessConfigError']);
