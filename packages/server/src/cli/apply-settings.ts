import { existsSync } from 'node:fs';
import {
  type Catalog,
  checkParam,
  type Param,
  setParam,
  similarNames,
  unreachable,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { ImageStore } from '../services/image-store.js';

/** A workflow with the settings of the command line in it, and what was wrong with those left out. */
export interface AppliedSettings {
  readonly workflow: Workflow;
  readonly problems: readonly string[];
}

/**
 * Puts `--set NODE.PARAM=VALUE` into a workflow. The param's kind decides how VALUE is read; a picture's is a path, and
 * the workflow gets its file name only, so that it says nothing of the operator's folders.
 */
export async function applySettings(
  original: Workflow,
  settings: readonly string[],
  { catalog, images }: { readonly catalog: Catalog; readonly images: ImageStore },
): Promise<AppliedSettings> {
  let workflow = original;
  const problems: string[] = [];
  for (const text of settings) {
    const setting = findSetting(workflow, text, catalog);
    const read = typeof setting === 'string' ? setting : await readValue(workflow, setting, images);
    if (typeof read === 'string') problems.push(`--set ${text}: ${read}`);
    else if (typeof setting !== 'string') workflow = setParam(workflow, setting.node, setting.name, read.value);
  }
  return { workflow, problems };
}

interface Setting {
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  readonly text: string;
}

/** @returns the setting, or what is wrong with it in words */
function findSetting({ nodes }: Workflow, text: string, catalog: Catalog): Setting | string {
  const match = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text);
  if (match === null) return 'expected NODE.PARAM=VALUE, as in sample.steps=30.';
  const [, node = '', name = '', value = ''] = match;
  const type = Object.hasOwn(nodes, node) ? nodes[node]?.type : undefined;
  if (type === undefined) return `there is no node "${node}". ${suggest('The nodes are', node, Object.keys(nodes))}`;
  const definition = catalog.types.get(type);
  if (definition === undefined)
    return `node "${node}" is of the unknown type "${type}", so its params are unknown too.`;
  const param = Object.hasOwn(definition.params, name) ? definition.params[name] : undefined;
  if (param === undefined) {
    const names = Object.keys(definition.params);
    if (names.length === 0) return `node "${node}" (${type}) has no params.`;
    return `node "${node}" (${type}) has no param "${name}". ${suggest('Its params are', name, names)}`;
  }
  return { node, name, param, text: value };
}

function suggest(words: string, name: string, names: readonly string[]): string {
  const similar = similarNames(name, names).map((candidate) => `"${candidate}"`);
  const all = `${words}: ${names.join(', ')}.`;
  return similar.length === 0 ? all : `Did you mean ${similar.join(' or ')}? ${all}`;
}

/** @returns the param's value, or what is wrong with the text in words */
async function readValue(
  workflow: Workflow,
  { node, name, param, text }: Setting,
  images: ImageStore,
): Promise<{ readonly value: unknown } | string> {
  if (param.kind === 'image') return readPicture(text, otherPictures(workflow, node, name), images);
  const value = parseText(param, text);
  const expected = checkParam(param, value);
  return expected === undefined ? { value } : `expected ${expected}, got "${text}".`;
}

function parseText(param: Exclude<Param, { kind: 'image' }>, text: string): unknown {
  switch (param.kind) {
    case 'number':
    case 'integer':
    case 'seed':
      // `Number` alone would also take an empty text, hexadecimal and "Infinity".
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'text':
    case 'choice':
    case 'checkpoint':
      return text;
    default:
      return unreachable(param);
  }
}

async function readPicture(
  text: string,
  taken: ReadonlySet<string>,
  images: ImageStore,
): Promise<{ readonly value: string } | string> {
  if (text === '') return 'expected the path of a picture, got nothing.';
  if (existsSync(text)) return { value: images.registerOperatorPath(text, taken) };
  // No path; perhaps a picture's name as the workflow itself would write it.
  const isKnown = await images.identify(text).then(
    () => true,
    () => false,
  );
  return isKnown ? { value: text } : `there is no file "${text}" in ${process.cwd()}. Check the path.`;
}

/** Names that other params use: two pictures must not get one name. */
function otherPictures({ nodes }: Workflow, node: string, name: string): ReadonlySet<string> {
  const values = Object.entries(nodes).flatMap(([id, { params = {} }]) =>
    Object.entries(params).flatMap(([key, value]) => (id === node && key === name ? [] : [value])),
  );
  return new Set(values.filter((value) => typeof value === 'string'));
}
