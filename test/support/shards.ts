import { readFileSync } from 'node:fs';
import type { CheckpointCopy } from './checkpoint-copy.js';
import { readTensors, safetensorsFile } from './safetensors-file.js';

/**
 * Splits the weights of one component into two shards with an index, which are called as transformers and diffusers do.
 *
 * @param variant such as `fp16`; the file to split need not have it in its name
 * @returns the shards' paths in the checkpoint
 */
export function splitIntoShards(
  copy: CheckpointCopy,
  component: string,
  stem: string,
  variant?: string,
): readonly string[] {
  const infix = variant === undefined ? '' : `.${variant}`;
  const whole = `${component}/${stem}.safetensors`;
  const entries = Object.entries(readTensors(readFileSync(copy.path(whole))));
  const half = Math.floor(entries.length / 2);
  const names = [1, 2].map((i) => `${stem}${infix}-0000${i}-of-00002.safetensors`);
  const weightMap: Record<string, string> = {};
  [entries.slice(0, half), entries.slice(half)].forEach((part, i) => {
    for (const [tensor] of part) weightMap[tensor] = names[i] ?? '';
    copy.write(`${component}/${names[i]}`, safetensorsFile(Object.fromEntries(part)));
  });
  copy.write(`${whole}.index${infix}.json`, JSON.stringify({ metadata: {}, weight_map: weightMap }));
  copy.remove(whole);
  return names.map((name) => `${component}/${name}`);
}
