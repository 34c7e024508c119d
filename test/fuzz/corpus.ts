import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportComfyUi, formatExactJson } from '@unclip-studio/comfyui';
import type { Workflow } from '@unclip-studio/graph-core';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Real, valid inputs, from which others are made. */
export interface Corpus {
  /** Workflow files of ours, parsed. */
  readonly workflows: readonly unknown[];
  /** Prompts and pages of ComfyUI, parsed. */
  readonly comfy: readonly unknown[];
  readonly pngs: readonly Buffer[];
  readonly jpegs: readonly Buffer[];
  readonly webps: readonly Buffer[];
  /** Path below a checkpoint's folder -> its JSON, parsed. */
  readonly configs: ReadonlyMap<string, unknown>;
  /** Headers of weights, parsed. */
  readonly headers: readonly unknown[];
  readonly merges: string;
}

export const BUNDLED = join(ROOT, 'models', 'emoji-unclip');

export function loadCorpus(): Corpus {
  const workflows = filesIn('workflows', '.json').map(readJson);
  const folders = ['test/server/fixtures/pictures', 'test/server/fixtures/odd-pictures', 'workflows/thumbnails'];
  const images = (ending: string) =>
    folders
      .flatMap((folder) => filesIn(folder, ending))
      .map((path) => readFileSync(path))
      .filter(isSmall);
  const prompts = workflows.map((workflow) => JSON.parse(formatExactJson(exportComfyUi(workflow as Workflow).prompt)));
  return {
    workflows: [...workflows, stackedSweeps(3), nestedSubgraphs(3, 3)],
    comfy: [...prompts, ...prompts.map(pageOf), nestedPages(3, 3)],
    pngs: images('.png'),
    jpegs: images('.jpg'),
    webps: images('.webp'),
    configs: new Map(filesBelow(BUNDLED, '.json').map((path) => [path.slice(BUNDLED.length + 1), readJson(path)])),
    headers: filesBelow(BUNDLED, '.safetensors').map((path) => {
      const bytes = readFileSync(path);
      return JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0))));
    }),
    merges: readFileSync(join(BUNDLED, 'tokenizer', 'merges.txt'), 'utf8'),
  };
}

/** Sweeps of two values on top of each other. */
function stackedSweeps(count: number): unknown {
  const sweeps = Array.from({ length: count }, (_, i) => [
    `sweep${i}`,
    {
      type: 'Sweep',
      inputs: { image: i === 0 ? 'resize.image' : `sweep${i - 1}.image` },
      params: { x: 'resize.width', xValues: `${8 + i}, ${16 + i}` },
    },
  ]);
  return {
    ...{ format: 'unclip-workflow', version: 1, title: 'sweeps' },
    nodes: {
      load: { type: 'LoadImage', params: { image: 'rgb.png' } },
      resize: { type: 'ImageResize', inputs: { image: 'load.image' }, params: { width: 8, height: 8 } },
      ...Object.fromEntries(sweeps),
      save: { type: 'SaveImage', inputs: { image: `sweep${count - 1}.image` } },
    },
  };
}

/** Subgraphs of `wide` subgraphs each, so many levels deep. */
function nestedSubgraphs(levels: number, wide: number): unknown {
  const body = (level: number) => ({
    nodes: Object.fromEntries(
      Array.from({ length: wide }, (_, i) => [
        `n${i}`,
        level === 0 ? { type: 'ImageResize', params: { width: 8 } } : { type: `subgraph:level${level - 1}` },
      ]),
    ),
    inputs: { image: { type: 'image', to: Array.from({ length: wide }, (_, i) => `n${i}.image`) } },
    outputs: { image: 'n0.image' },
    params: { width: 'n0.width' },
  });
  return {
    ...{ format: 'unclip-workflow', version: 1 },
    nodes: {
      load: { type: 'LoadImage', params: { image: 'rgb.png' } },
      all: { type: `subgraph:level${levels - 1}`, inputs: { image: 'load.image' } },
      save: { type: 'SaveImage', inputs: { image: 'all.image' } },
    },
    subgraphs: Object.fromEntries(Array.from({ length: levels }, (_, level) => [`level${level}`, body(level)])),
    inputs: { width: { to: ['all.width'] } },
  };
}

interface PromptNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A page of ComfyUI that shows the nodes of a prompt. */
function pageOf(prompt: Readonly<Record<string, PromptNode>>): unknown {
  const links: unknown[] = [];
  const nodes = Object.entries(prompt).map(([id, node], i) => {
    const entries = Object.entries(node.inputs);
    const linked = entries.filter((entry): entry is [string, [string, number]] => Array.isArray(entry[1]));
    const inputs = linked.map(([name, [source, slot]], to) => {
      links.push([links.length + 1, Number(source), slot, Number(id), to, '*']);
      return { name, type: '*', link: links.length };
    });
    const values = entries.filter(([, value]) => !Array.isArray(value)).map(([, value]) => value);
    const outputs = [0, 1, 2].map((slot) => ({ name: `out${slot}`, type: '*', links: [], slot_index: slot }));
    return {
      id: Number(id),
      type: node.class_type,
      pos: [40 * i, 0],
      mode: 0,
      inputs,
      outputs,
      widgets_values: values,
    };
  });
  return {
    last_node_id: 1000,
    last_link_id: links.length,
    nodes,
    links,
    groups: [],
    config: {},
    extra: {},
    version: 0.4,
  };
}

function nestedPages(levels: number, wide: number): unknown {
  const node = (id: number, type: string) => ({ id, type, pos: [0, 0], inputs: [], outputs: [], widgets_values: [] });
  const subgraphs = Array.from({ length: levels }, (_, level) => ({
    ...{ id: `level${level}`, name: '', inputs: [], outputs: [], links: [] },
    nodes: Array.from({ length: wide }, (_, i) => node(i, level === levels - 1 ? 'KSampler' : `level${level + 1}`)),
  }));
  return { version: 0.4, nodes: [node(1, 'level0')], links: [], definitions: { subgraphs } };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function isSmall(bytes: Buffer): boolean {
  return bytes.length < 200_000;
}

function filesIn(folder: string, ending: string): readonly string[] {
  const path = join(ROOT, folder);
  return readdirSync(path)
    .filter((name) => name.endsWith(ending) && name !== 'expected.json')
    .sort()
    .map((name) => join(path, name));
}

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
