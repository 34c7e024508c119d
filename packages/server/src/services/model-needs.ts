import type { BuiltModel } from '@unclip-studio/nodes-unclip';

/** What several models take of the memory, estimated, in bytes. */
export interface ModelNeeds {
  /** All of them loaded, while one runs. */
  readonly togetherBytes: number;
  /** The largest of them, alone. */
  readonly largestBytes: number;
}

/** @param models at least one */
export function needsOfModels(models: readonly Omit<BuiltModel, 'bytes'>[]): ModelNeeds {
  const loadedBytes = models.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  const workingBytes = Math.max(...models.map((model) => model.workingBytes ?? 0));
  const largestBytes = Math.max(...models.map((model) => model.weightBytes + (model.workingBytes ?? 0)));
  return { togetherBytes: loadedBytes + workingBytes, largestBytes };
}
