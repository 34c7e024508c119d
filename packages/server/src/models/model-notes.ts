import { open, readFile, stat } from 'node:fs/promises';
import { ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import {
  MAX_MODEL_NOTES_BYTES,
  MAX_MODEL_PREVIEW_BYTES,
  MAX_TRIGGER_WORD_LENGTH,
  MAX_TRIGGER_WORDS,
} from '../limits.js';

const WEIGHTS = /\.(?:safetensors|ckpt|pt|pth|bin)$/i;
/** As A1111, Civitai's helpers and Stability Matrix write them: behind the name of the model without its ending. */
const PREVIEWS = ['.preview.png', '.preview.jpg', '.preview.jpeg', '.preview.webp', '.png', '.jpg', '.jpeg', '.webp'];
const NOTES = ['.civitai.info', '.cm-info.json', '.json'];
/** Of the tags of a training set, how many of the commonest are worth showing. */
const MAX_TAGS = 8;

/**
 * The trigger words of a model: those that its authors list, in its metadata or in a file next to it; otherwise the
 * most frequent training tags.
 *
 * @param path of the file
 * @param metadata from the file
 */
export async function triggerWordsOf(path: string, metadata: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const named = [...wordsIn(metadata.get('modelspec.trigger_phrase')), ...(await wordsBeside(path))];
  const words = named.length > 0 ? named : commonestTags(metadata.get('ss_tag_frequency'));
  const shown = words.map((word) => word.trim().slice(0, MAX_TRIGGER_WORD_LENGTH)).filter((word) => word !== '');
  return [...new Set(shown)].slice(0, MAX_TRIGGER_WORDS);
}

/** Where a preview image of a model is. */
export type PreviewSource =
  | { readonly kind: 'file'; readonly path: string }
  /** A `data:` URL in the metadata. */
  | { readonly kind: 'metadata'; readonly url: string };

export async function findPreview(
  path: string,
  metadata: ReadonlyMap<string, string>,
): Promise<PreviewSource | undefined> {
  const url = metadata.get('modelspec.thumbnail');
  if (url !== undefined && DATA_URL.test(url)) return { kind: 'metadata', url };
  for (const ending of PREVIEWS) {
    const beside = path.replace(WEIGHTS, '') + ending;
    if ((await sizeOfFile(beside)) !== undefined) return { kind: 'file', path: beside };
  }
  return undefined;
}

const DATA_URL = /^data:image\/(?:jpeg|jpg|png|webp);base64,/;

/** The bytes of a preview image, undecoded; `undefined` if it is gone or too large. */
export async function readPreview(source: PreviewSource): Promise<Uint8Array | undefined> {
  if (source.kind === 'metadata') {
    const bytes = Buffer.from(source.url.slice(source.url.indexOf(',') + 1), 'base64');
    return bytes.length <= MAX_MODEL_PREVIEW_BYTES ? bytes : undefined;
  }
  const file = await open(source.path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    return found.isFile() && found.size <= MAX_MODEL_PREVIEW_BYTES ? await file.readFile() : undefined;
  } finally {
    await file.close();
  }
}

async function wordsBeside(path: string): Promise<readonly string[]> {
  for (const ending of NOTES) {
    const file = path.replace(WEIGHTS, '') + ending;
    const sizeBytes = await sizeOfFile(file);
    if (sizeBytes === undefined || sizeBytes > MAX_MODEL_NOTES_BYTES) continue;
    const words = wordsInNotes(parseNotes(await readFile(file, 'utf8').catch(() => '')));
    if (words.length > 0) return words;
  }
  return [];
}

/** `trainedWords` of Civitai, `TrainedWords` of Stability Matrix, `activation text` of A1111. */
function wordsInNotes(notes: unknown): readonly string[] {
  if (typeof notes !== 'object' || notes === null) return [];
  const { trainedWords, TrainedWords, 'activation text': activation } = notes as Readonly<Record<string, unknown>>;
  const list = [trainedWords, TrainedWords].find(Array.isArray) ?? [];
  const words = list.filter((word): word is string => typeof word === 'string');
  return words.length > 0 ? words.flatMap(wordsIn) : wordsIn(activation);
}

function wordsIn(text: unknown): readonly string[] {
  return typeof text === 'string' ? text.split(',') : [];
}

/** @param text data set -> tag -> how often, as kohya's trainer writes it */
function commonestTags(text: string | undefined): readonly string[] {
  const sets = parseNotes(text ?? '');
  if (typeof sets !== 'object' || sets === null) return [];
  const counts = new Map<string, number>();
  for (const tags of Object.values(sets)) {
    if (typeof tags !== 'object' || tags === null) continue;
    for (const [tag, often] of Object.entries(tags)) {
      if (typeof often === 'number') counts.set(tag.trim(), (counts.get(tag.trim()) ?? 0) + often);
    }
  }
  return [...counts]
    .sort(([a, often], [b, otherOften]) => otherOften - often || (a < b ? -1 : 1))
    .slice(0, MAX_TAGS)
    .map(([tag]) => tag);
}

function parseNotes(text: string): unknown {
  if (text === '') return undefined;
  try {
    return parseForeignJson(text);
  } catch (error) {
    // Notes are a help and no part of the model.
    if (error instanceof ForeignJsonError) return undefined;
    throw error;
  }
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
