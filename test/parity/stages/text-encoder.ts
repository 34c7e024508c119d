import { createOrtSessions } from '@unclip-studio/server';
import { compareModules } from '../compare-modules.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** The CLIP text tower: from ids layer by layer, and from prompts as the pipeline arranges them. */
export const textEncoder: ParityStage = {
  stage: 'text_encoder',
  async run(goldenCase, set) {
    const checkpoint = await openGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const rows = goldenCase.inputs['ids']
      ? idRows(goldenCase, set)
      : prompts(goldenCase).map((prompt) => [...checkpoint.text.tokenizer.encodePadded(prompt).ids]);
    const input_ids = {
      dtype: 'int64',
      dims: [rows.length, rows[0]?.length ?? 0],
      data: BigInt64Array.from(rows.flat(), BigInt),
    } as const;
    const clipSkip = Number(goldenCase.params['clip_skip'] ?? 0);
    const { checks } = await compareModules(goldenCase, set, {
      inference: sessions,
      feeds: { input_ids },
      model: (options) => checkpoint.text.request({ ...options, clipSkip }),
      source,
    });
    return checks.result();
  },
  close: () => sessions.close(),
};

function idRows(goldenCase: GoldenCase, set: GoldenSet): readonly (readonly number[])[] {
  const { dims, data } = set.input(goldenCase, 'ids');
  const [n = 0, t = 0] = dims;
  const ids = Array.from(data, Number);
  return Array.from({ length: n }, (_, row) => ids.slice(row * t, (row + 1) * t));
}

/** All negative prompts, then all positive ones, the copies of each side by side; only the given ones without guidance. */
function prompts({ params }: GoldenCase): readonly string[] {
  if (params['prompts'] !== undefined) return params['prompts'] as readonly string[];
  const positive = [params['prompt']].flat().map(String);
  const given = params['negative_prompt'];
  const negative = given === null ? positive.map(() => '') : [given].flat().map(String);
  const count = Number(params['num_images_per_prompt']);
  return [...negative, ...positive].flatMap((prompt) => Array.from({ length: count }, () => prompt));
}

function source(output: string) {
  const [, index] = /^hidden(\d+)$/.exec(output) ?? [];
  if (output === 'embeddings' || index === '0') return { module: 'text_model.embeddings' };
  if (index !== undefined) return { module: `text_model.encoder.layers.${Number(index) - 1}` };
  return { output: 'last_hidden_state' };
}
