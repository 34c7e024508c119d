import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { parseForeignJson } from '@unclip-studio/graph-core';
import {
  type ClipTokenizer,
  createClipTokenizer,
  createScheduler,
  PORT_CODECS,
  parseSafetensorsHeader,
  readClipTextConfig,
  readClipVisionConfig,
  readPreprocessConfig,
  readTokenizerJson,
  readUnetConfig,
  readVaeConfig,
  SCHEDULER_CLASS_NAMES,
} from '@unclip-studio/nodes-unclip';
import {
  arrayFileParts,
  checkImage,
  decodeAlpha,
  decodeAnimation,
  decodeImage,
  findPictures,
  isPublicAddress,
  parseGalleryQuery,
  parseMemory,
  parseNamePattern,
  parseReceipt,
  readAllowedHost,
  readAllowedOrigin,
  readArrayFile,
  readComfyText,
  readEmbeddedWorkflow,
  readSource,
  toSafeFileName,
  toSqlFilter,
} from '@unclip-studio/server';
import { createSeal } from '@unclip-studio/server/queue';
import { askedForIn } from '../../packages/editor/src/files/page-address.js';
import { readFile } from '../../packages/editor/src/files/read-file.js';
import { unpackWorkflow } from '../../packages/editor/src/files/share-link.js';
import { type Corpus, TINY } from './corpus.js';
import { mutateBytes, mutatePng } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText, mutateText } from './mutate-text.js';
import { byteParser, type Parser, textParser } from './parser.js';
import type { Random } from './random.js';

const QUERY_WORDS = [
  'heart',
  '-blue',
  'steps>20',
  'is:starred',
  'date:today',
  'date:2026-01..2026-02',
  '"',
  'model:',
  '>=',
  'seed:18446744073709551615',
  'before:',
  '\u0000',
];
const ADDRESS_WORDS = [
  'http://',
  'https://',
  'localhost',
  '[::1]',
  '127.0.0.1',
  ':8420',
  '/',
  '@',
  '#grant=',
  '#workflow=',
  '?',
  '%2e',
  'OWNER/NAME',
  '169.254.169.254',
  '::ffff:',
];
const PATTERN_WORDS = ['*', '**', '/', '?', '[a-z]', '[z-a]', '[', ']', '!', '.png', '..', '{a,b}'];

/** What reads images, weights, checkpoints' files, kept results, addresses and searches. */
export const FILE_PARSERS: readonly Parser[] = [
  byteParser('image', drawImage, async (bytes) => {
    const limits = { maxPixels: 4_000_000 };
    const failures: unknown[] = [];
    for (const read of [
      () => decodeImage(bytes, 'The image', limits),
      () => checkImage(bytes, 'The image', limits),
      () => decodeImage(bytes, 'The image', { ...limits, animations: 'first frame' }),
    ]) {
      await read().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw worstOf(failures);
    await decodeAlpha(bytes);
    await decodeAnimation(bytes, 'The image');
  }),
  byteParser('image-texts', drawImage, (bytes) => {
    const failures: unknown[] = [];
    for (const read of [() => readComfyText(bytes), () => readEmbeddedWorkflow(bytes)]) {
      try {
        read();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw worstOf(failures);
  }),
  byteParser('page-file', drawImage, (bytes) => {
    const type = bytes[0] === 0x89 ? 'image/png' : bytes[0] === 0x52 ? 'image/webp' : '';
    return readFile(new File([bytes], 'a', { type }));
  }),
  textParser('share-link', drawShareLink, (text) => {
    askedForIn(`#${text}`);
    // Longer ones are refused in words.
    return text.length > 256_000 ? undefined : unpackWorkflow(text);
  }),
  byteParser(
    'safetensors',
    (random, { headers }) => {
      const text = headerText(random, headers);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(random.chance(0.9) ? Buffer.byteLength(text) : random.below(2 ** 31)));
      const bytes = Buffer.concat([length, Buffer.from(text), Buffer.alloc(64)]);
      return random.chance(0.2) ? mutateBytes(random, bytes) : bytes;
    },
    (bytes) => {
      if (bytes.length < 8) return parseSafetensorsHeader('a.safetensors', bytes, bytes.length);
      const size = 8 + Number(Buffer.from(bytes).readBigUInt64LE(0));
      const offsets = /"data_offsets":\[(\d+),(\d+)\]/g;
      const ends = [...Buffer.from(bytes).toString('latin1').matchAll(offsets)].map((match) => Number(match[2]));
      return parseSafetensorsHeader('a.safetensors', bytes, size + ends.reduce((most, end) => Math.max(most, end), 0));
    },
  ),
  textParser(
    'tokenizer-json',
    (random, { configs }) => mutateJsonText(random, mutateJson(random, configs.get('tokenizer/tokenizer.json'))),
    (text) => {
      const { vocab, merges, addedTokens } = readTokenizerJson(parseForeignJson(text));
      const tokenizerConfig = { added_tokens_decoder: addedTokens, model_max_length: 32 };
      createClipTokenizer({ vocab, merges, specialTokensMap: null, tokenizerConfig }).encode('a red circle');
    },
  ),
  textParser(
    'prompt',
    (random) => mutateText(random, 'a red circle, 3D ☃', ['<|endoftext|>', 'red ', "don't", '!', '123', 'ﬁ'], 20_000),
    (text) => tokenizer().encodePadded(text),
  ),
  textParser('checkpoint-config', drawConfig, (text, random) => {
    const json = parseForeignJson(text);
    const readers = [readUnetConfig, readVaeConfig, readClipTextConfig, readClipVisionConfig];
    const failures: unknown[] = [];
    const tries = [
      ...readers.map((read) => () => read('config.json', json)),
      () => readPreprocessConfig(json),
      () =>
        typeof json === 'object' &&
        json !== null &&
        createScheduler(random.pick(SCHEDULER_CLASS_NAMES), json as Readonly<Record<string, unknown>>, {
          steps: 1 + random.below(30),
        }),
    ];
    for (const attempt of tries) {
      try {
        attempt();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw worstOf(failures);
  }),
  textParser('receipt', drawReceipt, parseReceipt),
  byteParser('kept-result', drawKeptResult, async (bytes, random) => {
    const { header, arrays } = readArrayFile(bytes);
    const codec = random.pick([...PORT_CODECS.values()]);
    await codec.decode({ fields: header, arrays }, { rebind: () => Promise.reject(new Error('none')) });
  }),
  textParser(
    'gallery-query',
    (random) => mutateText(random, QUERY_WORDS.filter(() => random.chance(0.4)).join(' '), QUERY_WORDS, 500),
    (text) => toSqlFilter(parseGalleryQuery(text, ['steps', 'seed'], { nowMs: 0, timeZone: 'Europe/Berlin' })),
  ),
  textParser('name-pattern', drawPattern, (text) => {
    const matches = parseNamePattern(text);
    for (const name of ['a', 'a'.repeat(250), 'IMG_0001.png', 'ä😀.jpg']) matches(name);
  }),
  textParser('file-pattern', drawPattern, (text) => findPictures(text, patternFolder())),
  textParser(
    'addresses',
    (random) => mutateText(random, random.pick(ADDRESS_WORDS), ADDRESS_WORDS),
    (text) => {
      readAllowedHost(text);
      readAllowedOrigin(text);
      isPublicAddress(text);
      parseMemory(text);
      toSafeFileName(text);
      readSource(text);
    },
  ),
  byteParser(
    'sealed-message',
    (random) =>
      mutateBytes(random, seal.close('news', { body: { type: 'who', server: 'a' }, bytes: Buffer.alloc(20) })),
    (bytes) => seal.open('news', bytes),
  ),
];

const seal = createSeal('key-of-a-fuzz-run-0123456789');

/** A mistake of the program among what users are told of. */
function worstOf(errors: readonly unknown[]): unknown {
  return errors.find((error) => ['TypeError', 'RangeError', 'Error'].includes((error as Error).name)) ?? errors[0];
}

function drawImage(random: Random, { pngs, jpegs, webps, workflows, comfy }: Corpus): Uint8Array {
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

function headerText(random: Random, headers: Corpus['headers']): string {
  const header = random.pick(headers);
  return mutateJsonText(random, random.chance(0.8) ? mutateJson(random, header, headers) : header);
}

function drawShareLink(random: Random, { workflows }: Corpus): string {
  const text = mutateJsonText(random, mutateJson(random, random.pick(workflows)));
  const content = random.chance(0.05) ? Buffer.alloc(random.size(100_000_000), 32) : Buffer.from(text);
  const packed = deflateRawSync(content, { level: 1 }).toString('base64url');
  return random.chance(0.3) ? mutateText(random, packed, ['=', '-', '_', 'AAAA']) : packed;
}

function drawConfig(random: Random, { configs }: Corpus): string {
  const all = [...configs.values()].filter((config) => JSON.stringify(config).length < 20_000);
  return mutateJsonText(random, mutateJson(random, random.pick(all), all));
}

function drawReceipt(random: Random): string {
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

function drawKeptResult(random: Random): Uint8Array {
  const header = [{ width: 2, height: 1, data: 0 }];
  const parts = arrayFileParts({
    header: mutateJson(random, header),
    arrays: [new Uint8Array(6), new Float32Array(4)],
  });
  return mutateBytes(random, Buffer.concat(parts));
}

function drawPattern(random: Random): string {
  return mutateText(random, random.pick(['*.png', '**/*.png', 'a/b/*', '[a-c]*.jpg', '/**/**']), PATTERN_WORDS, 5000);
}

let known: ClipTokenizer | undefined;

function tokenizer(): ClipTokenizer {
  const read = (name: string) => readFileSync(join(TINY, 'tokenizer', name), 'utf8');
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
function patternFolder(): string {
  if (folder !== undefined) return folder;
  folder = join(tmpdir(), `unclip-fuzz-patterns-${process.pid}`);
  for (const path of ['.', 'a', 'a/b', 'a/b/a/b/a/b/c', 'z']) {
    mkdirSync(join(folder, path), { recursive: true });
    for (const name of ['a.png', 'b.jpg', '.hidden.png', 'c.txt']) writeFileSync(join(folder, path, name), '');
  }
  process.once('exit', () => folder && rmSync(folder, { recursive: true, force: true }));
  return folder;
}
