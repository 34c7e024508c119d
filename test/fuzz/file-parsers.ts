import { parseForeignJson, parseWorkflow } from '@unclip-studio/graph-core';
import { PORT_CODECS } from '@unclip-studio/nodes-unclip';
import {
  ConfigReader,
  createClipTokenizer,
  createScheduler,
  parseSafetensorsHeader,
  readClipTextConfig,
  readClipVisionConfig,
  readPreprocessConfig,
  readTokenizerJson,
  readUnetConfig,
  readVaeConfig,
  SCHEDULER_CLASS_NAMES,
} from '@unclip-studio/nodes-unclip/testing';
import {
  checkImage,
  decodeAlpha,
  decodeAnimation,
  decodeImage,
  findImages,
  isPublicAddress,
  parseByteSize,
  parseGalleryQuery,
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
import { createSigner } from '@unclip-studio/server/queue';
import { readCopied } from '../../packages/editor/src/document/commands/clipboard.js';
import { readDocument } from '../../packages/editor/src/document/read-document.js';
import { readFile } from '../../packages/editor/src/files/read-file.js';
import { setPageLanguage } from '../../packages/editor/src/messages/texts.js';
import { askedForIn } from '../../packages/editor/src/session/files/page-address.js';
import { unpackWorkflow } from '../../packages/editor/src/session/files/share-link.js';
import { readTypedNumber, readTypedSeed } from '../../packages/editor/src/widgets/read-typed.js';
import {
  drawConfig,
  drawImage,
  drawKeptResult,
  drawPattern,
  drawReceipt,
  drawShareLink,
  headerText,
  patternFolder,
  tokenizer,
} from './draw-files.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { mutateJsonText, mutateText } from './mutate-text.js';
import { byteParser, type Parser, textParser } from './parser.js';

// What refuses a file says so in a language.
await setPageLanguage('en');

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
const FIELD_WORDS = [
  '12,345',
  '1.000,5',
  '1 000',
  '-1',
  '１２',
  '٣',
  '1e5',
  '18446744073709551615',
  "1'000",
  '.5',
  '+',
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
    // Longer ones are rejected with a message.
    return text.length > 256_000 ? undefined : unpackWorkflow(text);
  }),
  textParser(
    'page-clipboard',
    (random, { workflows }) => mutateJsonText(random, mutateJson(random, random.pick(workflows), workflows)),
    (text) => {
      readCopied(text);
      const parsed = parseWorkflow(text);
      if (parsed.ok) readDocument(parsed.value);
    },
  ),
  textParser(
    'page-field',
    (random) => mutateText(random, random.pick(FIELD_WORDS), FIELD_WORDS, 5000),
    (text) => {
      readTypedNumber({ kind: 'number', default: 0, min: -1e9, max: 1e9, help: '' }, text);
      readTypedNumber({ kind: 'integer', default: 0, min: 0, max: 100, help: '' }, text);
      readTypedSeed({ kind: 'seed', default: 0, help: '' }, text);
    },
  ),
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
      ...readers.map((read) => () => read(new ConfigReader('config.json', json))),
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
    const none = () => Promise.reject(new Error('none'));
    await codec.decode({ fields: header, arrays }, { rebind: none, rebindModel: none });
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
  textParser('file-pattern', drawPattern, (text) => findImages(text, patternFolder())),
  textParser(
    'addresses',
    (random) => mutateText(random, random.pick(ADDRESS_WORDS), ADDRESS_WORDS),
    (text) => {
      readAllowedHost(text);
      readAllowedOrigin(text);
      isPublicAddress(text);
      parseByteSize(text);
      toSafeFileName(text);
      readSource(text);
    },
  ),
  byteParser(
    'sealed-message',
    (random) =>
      mutateBytes(random, signer.sign('news', { body: { type: 'who', server: 'a' }, bytes: Buffer.alloc(20) })),
    (bytes) => signer.verify('news', bytes),
  ),
];

const signer = createSigner('key-of-a-fuzz-run-0123456789');

/** A bug of the program among what users are told. */
function worstOf(errors: readonly unknown[]): unknown {
  return errors.find((error) => ['TypeError', 'RangeError', 'Error'].includes((error as Error).name)) ?? errors[0];
}
