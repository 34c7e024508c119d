import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { type ClipTokenizer, createClipTokenizer } from '@unclip-studio/nodes-unclip/testing';
import { arrayFileParts } from '@unclip-studio/server';
import { BUNDLED, type Corpus } from './corpus.js';
import { mutateBytes, mutatePng } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText, mutateText } from './mutate-text.js';
import type { Random } from './random.js';

const PATTERN_WORDS = ['*', '**', '/', '?', '[a-z]', '[z-a]', '[', ']', '!', '.png', '..', '{a,b}'];

export function drawImage(random: Random, { pngs, jpegs, webps, workflows, comfy }: Corpus): Uint8Array {
  if (random.chance(0.5)) {
    const texts = [
      JSON.stringify(random.pick(workflows)),
      JSON.stringify(random.pick(comfy)),
      'x'.repeat(random.size(1e6)),
    ];
    return mutatePng(random, random.pick(pngs), texts);
  }
  const images = random.pick([pngs, jpegs, webps]);
  return mutateBytes(random, random.pick(images), images);
}

export function headerText(random: Random, headers: Corpus['headers']): string {
  const header = random.pick(headers);
  return mutateJsonText(random, random.chance(0.8) ? mutateJson(random, header, headers) : header);
}

export function drawShareLink(random: Random, { workflows }: Corpus): string {
  const text = mutateJsonText(random, mutateJson(random, random.pick(workflows)));
  const content = random.chance(0.05) ? Buffer.alloc(random.size(100_000_000), 32) : Buffer.from(text);
  const packed = deflateRawSync(content, { level: 1 }).toString('base64url');
  return random.chance(0.3) ? mutateText(random, packed, ['=', '-', '_', 'AAAA']) : packed;
}

export function drawConfig(random: Random, { configs }: Corpus): string {
  const all = [...configs.values()].filter((config) => JSON.stringify(config).length < 20_000);
  return mutateJsonText(random, mutateJson(random, random.pick(all), all));
}

export function drawReceipt(random: Random): string {
  const inputs = [{ input: 'image', node: 'b', output: 'image' }];
  const node = { id: 'a', type: 'SaveImage', version: 1, params: { name: 'a' }, inputs, fingerprint: 'a'.repeat(64) };
  const receipt = {
    format: 'unclip-receipt',
    version: 1,
    program: '0.1.0',
    device: 'cpu',
    pixels: 'a'.repeat(64),
    nodes: [node],
    index: 0,
  };
  return mutateJsonText(random, mutateJson(random, receipt));
}

export function drawKeptResult(random: Random): Uint8Array {
  const header = [{ width: 2, height: 1, data: 0 }];
  const fields = random.chance(0.7) ? mutateJson(random, header) : header;
  const bytes = Buffer.concat(arrayFileParts({ header: fields, arrays: [new Uint8Array(6), new Float32Array(4)] }));
  return random.chance(0.4) ? mutateBytes(random, bytes) : bytes;
}

export function drawPattern(random: Random): string {
  return mutateText(random, random.pick(['*.png', '**/*.png', 'a/b/*', '[a-c]*.jpg', '/**/**']), PATTERN_WORDS, 5000);
}

let known: ClipTokenizer | undefined;

export function tokenizer(): ClipTokenizer {
  const read = (name: string) => readFileSync(join(BUNDLED, 'tokenizer', name), 'utf8');
  known ??= createClipTokenizer({
    vocab: JSON.parse(read('vocab.json')),
    merges: read('merges.txt'),
    specialTokensMap: JSON.parse(read('special_tokens_map.json')),
    tokenizerConfig: JSON.parse(read('tokenizer_config.json')),
  });
  return known;
}

let folder: string | undefined;

/** Folders inside one another with a few files. */
export function patternFolder(): string {
  if (folder !== undefined) return folder;
  folder = join(tmpdir(), `unclip-fuzz-patterns-${process.pid}`);
  for (const path of ['.', 'a', 'a/b', 'a/b/a/b/a/b/c', 'z']) {
    mkdirSync(join(folder, path), { recursive: true });
    for (const name of ['a.png', 'b.jpg', '.hidden.png', 'c.txt']) writeFileSync(join(folder, path, name), '');
  }
  process.once('exit', () => folder && rmSync(folder, { recursive: true, force: true }));
  return folder;
}
