import { existsSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import {
  type Catalog,
  catalogOf,
  checkParam,
  type Param,
  readParamText,
  readValueList,
  type Workflow,
} from '@unclip-studio/graph-core';
import { FilePatternError, findImages } from '../services/find-files.js';
import type { ImageStore } from '../services/image-store.js';

export interface SettingsContext {
  readonly catalog: Catalog;
  readonly images: ImageStore;
  /** Absolute; relative paths start here. */
  readonly cwd: string;
  /** Images by wildcard, ranges and lists of numbers mean a variant each; otherwise they are refused. */
  readonly maySpread: boolean;
}

/** A setting, found in the workflow and not yet read. */
export interface FoundSetting {
  /** `node.param`, or the input's name. */
  readonly name: string;
  /** The params that get the value, each as `node.param`. */
  readonly to: readonly string[];
  readonly param: Param;
  readonly text: string;
}

/** One value of a setting, and the label that distinguishes it in messages and file names. */
export interface ReadValue {
  readonly value: unknown;
  readonly shown: string;
  /** Messages about the files that were left out because they cannot be used. */
  readonly leftOut?: readonly string[];
}

/** @returns the values, usually one, or a message about what is wrong with the text */
export async function readSettingValues(
  workflow: Workflow,
  setting: FoundSetting,
  context: SettingsContext,
): Promise<readonly ReadValue[] | string> {
  try {
    return await readValues(workflow, setting, context);
  } catch (error) {
    if (error instanceof FilePatternError) return error.message;
    throw error;
  }
}

async function readValues(
  workflow: Workflow,
  { param, text, to }: FoundSetting,
  context: SettingsContext,
): Promise<readonly ReadValue[] | string> {
  const { images, maySpread, catalog, cwd } = context;
  if (listsImages(workflow, catalog, to[0] ?? ''))
    return readImageList(text, otherImages(workflow, new Set(to)), context);
  if (param.kind === 'image') {
    const taken = otherImages(workflow, new Set(to));
    const paths = maySpread && !isFile(resolve(cwd, text)) ? findImages(text, cwd) : undefined;
    if (paths === undefined) return readImage(text, taken, context);
    if (paths.length === 0) return `there is no image (.png, .jpg, .webp) that "${text}" means in ${cwd}.`;
    return paths.map((path) => ({
      value: images.registerOperatorPath(path, taken),
      shown: basename(path, extname(path)),
    }));
  }
  const value = readParamText(param, text);
  const expected = checkParam(param, value);
  if (expected === undefined) return [{ value, shown: text }];
  const isList = maySpread && /\.\.|,/.test(text) && param.kind !== 'text' && param.kind !== 'checkpoint';
  if (!isList) return `expected ${expected}, got "${text}".`;
  const values = readValueList(param, text);
  return typeof values === 'string' ? values : values.map((one) => ({ value: one, shown: String(one) }));
}

/** Whether each line of the param names an image, as LoadImages has it. */
function listsImages(workflow: Workflow, catalog: Catalog, place: string): boolean {
  const [node = '', name] = place.split('.');
  const { types } = catalogOf(workflow, catalog);
  const expands = types.get(workflow.nodes[node]?.type ?? '')?.expands;
  if (expands?.kind !== 'lines' || expands.param !== name) return false;
  return types.get(expands.type)?.params[expands.typeParam]?.kind === 'image';
}

/**
 * All images that a folder, wildcards, or paths on one line each match, for one run. Unusable matches are left out; an
 * image named explicitly must be usable.
 */
async function readImageList(
  text: string,
  taken: ReadonlySet<string>,
  { images, cwd }: Pick<SettingsContext, 'images' | 'cwd'>,
): Promise<readonly ReadValue[] | string> {
  const names: string[] = [];
  const leftOut: string[] = [];
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const paths = isFile(resolve(cwd, line)) ? undefined : findImages(line, cwd);
    if (paths?.length === 0) return `there is no image (.png, .jpg, .webp) that "${line}" means in ${cwd}.`;
    if (paths !== undefined) {
      for (const path of paths) {
        const name = images.registerOperatorPath(path, taken);
        const problem = await problemOf(name, images);
        if (problem === undefined) names.push(name);
        else leftOut.push(problem);
      }
    } else {
      const read = await readImage(line, taken, { images, cwd });
      if (typeof read === 'string') return read;
      names.push(...read.map(({ value }) => String(value)));
    }
  }
  if (names.length === 0) return leftOut.join(' ') || 'expected one or more image paths, got nothing.';
  return [{ value: names.join('\n'), shown: text, leftOut }];
}

function problemOf(name: string, images: SettingsContext['images']): Promise<string | undefined> {
  return images.identify(name).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** An image may be called `cat[1].png`, and is meant then. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function readImage(
  text: string,
  taken: ReadonlySet<string>,
  { images, cwd }: Pick<SettingsContext, 'images' | 'cwd'>,
): Promise<readonly ReadValue[] | string> {
  if (text === '') return 'expected the path of an image, got nothing.';
  const path = resolve(cwd, text);
  if (existsSync(path)) return [{ value: images.registerOperatorPath(path, taken), shown: text }];
  // No path; perhaps an image's name as the workflow itself would write it.
  const isKnown = await images.identify(text).then(
    () => true,
    () => false,
  );
  return isKnown ? [{ value: text, shown: text }] : `there is no file "${text}" in ${cwd}. Check the path.`;
}

/** Names that other params use: two images must not get one name. */
function otherImages({ nodes }: Workflow, places: ReadonlySet<string>): ReadonlySet<string> {
  const values = Object.entries(nodes).flatMap(([id, { params = {} }]) =>
    Object.entries(params).flatMap(([key, value]) => (places.has(`${id}.${key}`) ? [] : [value])),
  );
  return new Set(values.filter((value) => typeof value === 'string'));
}
