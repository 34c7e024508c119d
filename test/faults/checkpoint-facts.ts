import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  preprocessClip,
  requireUnclip,
  schedulerFor,
  type UnclipCheckpoint,
} from '@unclip-studio/nodes-unclip/testing';
import { sha256 } from '@unclip-studio/server';
import { CheckpointCopy, openFolder } from '../support/checkpoint-copy.js';
import { digestModel } from '../support/model-digest.js';
import { orRefused, subfolder } from './known-fault.js';

export const SOURCE = fileURLToPath(new URL('../golden/checkpoints/tiny-unclip-l', import.meta.url));
export const SAME = 'opens: models, weights, tokens and settings as expected';

export type Edit = (copy: CheckpointCopy) => void;

let prepared: string | undefined;

/** A copy of {@link SOURCE} with all that diffusers 0.42 and transformers 5 save; made from a common one, which is prepared once. */
export function copyOfSource(parent: string, name: string): CheckpointCopy {
  prepared ??= prepareSource();
  return new CheckpointCopy({ source: prepared, folder: subfolder(parent, name) });
}

function prepareSource(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-fault-source-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const copy = new CheckpointCopy({ source: SOURCE, folder });
  // The golden set's own has another one here than in special_tokens_map.json.
  copy.editJson('tokenizer/tokenizer_config.json', { pad_token: '!' });
  const vocab = copy.json('tokenizer/vocab.json');
  const merges = copy
    .text('tokenizer/merges.txt')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '');
  const special = (content: string) => ({ id: vocab[content], content, special: true, normalized: true });
  const tokenizer = {
    version: '1.0',
    added_tokens: ['!', '<|startoftext|>', '<|endoftext|>'].map(special),
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: '<|endoftext|>', continuing_subword_prefix: '' },
      ...{ end_of_word_suffix: '</w>', fuse_unk: false, byte_fallback: false, vocab },
      merges: merges.map((merge) => merge.split(' ')),
    },
  };
  copy.write('tokenizer/tokenizer.json', JSON.stringify(tokenizer));
  return folder;
}

/**
 * Compares what decides an image with a copy that was left alone, but for `expected`.
 *
 * @returns {@link SAME}, what differs, or the refusal
 */
export async function tryCheckpoint(copy: CheckpointCopy, expected: Edit | undefined, parent: string): Promise<string> {
  try {
    const got = await factsOf(copy.folder);
    const wanted = await expectedFacts(expected, parent);
    const differing = Object.keys(wanted).filter((key) => got[key] !== wanted[key]);
    return differing.length === 0 ? SAME : `opens, but these differ: ${differing.join(', ')}`;
  } catch (error) {
    return orRefused(error, ['CheckpointError', 'SafetensorsError', 'SchedulerConfigError', 'UnknownSchedulerError']);
  }
}

type Facts = Readonly<Record<string, string>>;

const known = new Map<Edit | undefined, Promise<Facts>>();

function expectedFacts(edit: Edit | undefined, parent: string): Promise<Facts> {
  const make = () => {
    const copy = copyOfSource(parent, 'expected');
    edit?.(copy);
    return factsOf(copy.folder);
  };
  const facts = known.get(edit) ?? make();
  known.set(edit, facts);
  return facts;
}

async function factsOf(folder: string): Promise<Facts> {
  const checkpoint = requireUnclip(await openFolder(folder));
  const schedule = schedulerFor(checkpoint.unet, { scheduler: 'checkpoint', steps: 4 });
  return {
    ...modelsOf(checkpoint, folder),
    ...settingsOf(checkpoint),
    schedule: toText([schedule.timesteps, schedule.levels]),
  };
}

/** What a component's folder holds -> the digest of a model that is made of it. */
const digests = new Map<string, string>();

function modelsOf(checkpoint: UnclipCheckpoint, folder: string): Facts {
  const { vision, text, unet, vae } = checkpoint;
  const t = text.config.maxPositionEmbeddings;
  const models = [
    ['image_encoder', 'pixels', vision.request()],
    ['text_encoder', 'ids', text.request()],
    ['unet', 'latents', unet.request({ n: 2, h: 8, w: 8, t })],
    ['vae', 'decoder', vae.decoder({ n: 1, h: 8, w: 8 })],
    ['vae', 'encoder', vae.encoder({ n: 1, heightPx: 64, widthPx: 64 })],
  ] as const;
  const facts = models.map(([component, what, model]) => {
    const content = `${what} ${hashFolder(join(folder, component))}`;
    const digest = digests.get(content) ?? digestModel(model);
    digests.set(content, digest);
    return [`${component} (${what})`, digest] as const;
  });
  return Object.fromEntries(facts);
}

function hashFolder(folder: string): string {
  const names = readdirSync(folder).sort();
  return sha256(names.map((name) => `${name} ${sha256(readFileSync(join(folder, name)))}`).join('\n'));
}

/** With sides of one length nothing is cropped, however a config says it. */
const SQUARE = { width: 60, height: 60, data: Uint8Array.from({ length: 3 * 60 * 60 }, (_, i) => (i * 37) % 256) };
const TEXTS = ['a red heart', 'Ünïcödé 👍 !!', "it's 1,000 <|endoftext|> dogs", ''];

function settingsOf(checkpoint: UnclipCheckpoint): Facts {
  const { text, vision, unet, vae } = checkpoint;
  const { normalizer, noisingScheduler, width } = vision.embeds;
  const { channels, pixelsPerCell, scalingFactor } = unet.latents;
  const configs = [text, vision, unet, vae].map(({ config }) => config);
  return {
    tokens: toText(TEXTS.map((one) => text.tokenizer.encodePadded(one))),
    statistics: toText([normalizer.mean, normalizer.std]),
    settings: toText([configs, width, channels, pixelsPerCell, scalingFactor]),
    preprocessing: toText(preprocessClip(SQUARE, vision.preprocess)),
    noise: toText(noisingScheduler),
  };
}

function toText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (ArrayBuffer.isView(one) ? Array.from(one as Float32Array) : one));
}
