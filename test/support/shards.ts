import { readFileSync } from 'node:fs';
import type { CheckpointCopy } from './checkpoint-copy.js';
import { safetensorsFile } from './safetensors-file.js';

/** Splits the weights of one component into two shards with an index. @returns the shards' paths in the checkpoint */
export function splitIntoShards(copy: CheckpointCopy, component: string, stem: string): readonly string[] {
  const whole = `${component}/${stem}.safetensors`;
  const bytes = readFileSync(copy.path(whole));
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, dataStart)) as Record<
    string,
    { readonly dtype: string; readonly shape: readonly number[]; readonly data_offsets: readonly [number, number] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const half = Math.floor(entries.length / 2);
  const names = [1, 2].map((i) => `${stem}-0000${i}-of-00002.safetensors`);
  const weightMap: Record<string, string> = {};
  [entries.slice(0, half), entries.slice(half)].forEach((part, i) => {
    const tensors = part.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        weightMap[name] = names[i] ?? '';
        return [name, { dtype, shape, data: bytes.subarray(dataStart + begin, dataStart + end) }] as const;
      },
    );
    copy.write(`${component}/${names[i]}`, safetensorsFile(Object.fromEntries(tensors)));
  });
  copy.write(`${whole}.index.json`, JSON.stringify({ metadata: {}, weight_map: weightMap }));
  copy.remove(whole);
  return names.map((name) => `${component}/${name}`);
}
