import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClipTokenizer, createClipTokenizer } from '@unclip-studio/nodes-unclip/testing';
import { CaseChecks } from '../compare.js';
import { type GoldenSet, GoldenSetError } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

/** What a tokenizer folder made of many prompts; kept in one JSON file by case. */
interface GoldenTokenizer {
  readonly pad_id: number;
  readonly bos_id: number;
  readonly eos_id: number;
  readonly rows: readonly GoldenRow[];
}

interface GoldenRow {
  readonly prompt: string;
  /** `null` when there are too many to be kept. */
  readonly ids: readonly number[] | null;
  readonly n_untruncated: number;
  readonly ids77: readonly number[];
  readonly n_attended: number;
}

/** Prompts to ids, whole and padded. */
export const tokenizer: ParityStage = {
  stage: 'tokenizer',
  run: async (goldenCase, set) => {
    const name = goldenCase.id.slice(goldenCase.id.indexOf('/') + 1);
    const golden = (set.json(goldenCase.file) as Readonly<Record<string, GoldenTokenizer>>)[name];
    if (golden === undefined) throw new GoldenSetError(`${goldenCase.file} holds no rows of ${name}`);
    const folder = String(goldenCase.params['folder']);
    const checks = new CaseChecks(goldenCase, set);
    const made = openTokenizer(set, folder, golden.rows[0]?.ids77.length);
    checks.equal('special ids', [made.padId, made.bosId, made.eosId], [golden.pad_id, golden.bos_id, golden.eos_id]);
    for (const row of golden.rows) {
      const what = JSON.stringify(row.prompt.slice(0, 40));
      const ids = made.encode(row.prompt);
      const padded = made.encodePadded(row.prompt);
      if (row.ids !== null) checks.equal(`${what} ids`, ids, row.ids);
      checks.equal(`${what} untruncated`, ids.length, row.n_untruncated);
      checks.equal(`${what} padded`, padded.ids, row.ids77);
      checks.equal(`${what} attended`, ids.length - padded.truncatedTokens, row.n_attended);
    }
    return checks.result();
  },
};

function openTokenizer(set: GoldenSet, folder: string, maxLength: number | undefined): ClipTokenizer {
  const json = (file: string): unknown =>
    existsSync(set.path(join(folder, file))) ? set.json(join(folder, file)) : null;
  const merges = set.path(join(folder, 'merges.txt'));
  if (!existsSync(merges)) throw new GoldenSetError(`${merges} is missing`);
  return createClipTokenizer({
    vocab: json('vocab.json'),
    merges: readFileSync(merges, 'utf8'),
    specialTokensMap: json('special_tokens_map.json'),
    tokenizerConfig: json('tokenizer_config.json'),
    ...(maxLength === undefined ? {} : { maxLength }),
  });
}
