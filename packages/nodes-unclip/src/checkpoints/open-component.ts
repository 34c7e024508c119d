import { canonicalJson } from '@unclip-studio/graph-core';
import { ConfigReader } from '../models/config-reader.js';
import type { ExternalTensor } from '../onnx/external-data.js';
import type { Formulation } from '../onnx/formulations.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import type { AdapterSource, WeightSource } from '../onnx/graph-weights.js';
import { fileProblems } from '../weights/checkpoint-error.js';
import { parseJsonFile } from '../weights/checkpoint-folder.js';
import { type KeyRules, type MatchedWeight, matchWeights, RequiredWeights } from '../weights/checkpoint-keys.js';
import type { ComponentFiles, ComponentLayout } from '../weights/checkpoint-layout.js';
import type { StoredTensor, TensorSet } from '../weights/stored-tensor.js';

/** A kind of component that has a config.json and weights. */
export interface ComponentKind<Config> extends ComponentFiles {
  readonly rules: KeyRules;
  /** Where a whole CLIPModel keeps the config of this tower. */
  readonly tower?: 'text_config' | 'vision_config';
  readConfig(reader: ConfigReader): Config;
  /** Builds the whole model in the smallest size, so that every weight is requested. */
  build(builder: GraphBuilder, config: Config): void;
}

/** One component, checked: config understood, every weight found in its shape. */
export interface WeightComponent<Config> {
  readonly config: Config;
  /** Absolute folder of the real weight files. */
  readonly weightsFolder: string;
  readonly weights: WeightSource;
  /** The shape of each weight, by its key. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Additions to weights; none when left out. */
  readonly adapters?: AdapterSource;
  /** Identifies config and weights by their content, regardless of file layout and format. */
  readonly identity: string;
}

export interface OpenComponentOptions {
  readonly formulation: Formulation;
  /** A digest as text, like sha256 in hexadecimal. */
  hash(content: string | Uint8Array): string;
  /** What `compute` gave under this key before, in this process or another. */
  remember(key: string, compute: () => string): Promise<string>;
}

/** @throws CheckpointError, telling all that is wrong with the config or with the weights */
export async function openComponent<Config>(
  layout: ComponentLayout,
  kind: ComponentKind<Config>,
  { formulation, hash }: Omit<OpenComponentOptions, 'remember'>,
): Promise<WeightComponent<Config>> {
  const configFile = `${kind.folder}/config.json`;
  const json = parseJsonFile(configFile, await layout.readText(configFile));
  const reader =
    kind.tower === undefined ? new ConfigReader(configFile, json) : ConfigReader.ofTower(configFile, json, kind.tower);
  const config = kind.readConfig(reader);

  const set = await layout.openTensors(kind);
  const required = new RequiredWeights();
  kind.build(new GraphBuilder({ weights: required, formulation }), config);
  const weights = matchWeights(set, required.dims, kind.rules);
  return {
    config,
    weightsFolder: commonFolder(set),
    weights: new MatchedWeights(await withBytes(layout, weights)),
    shapes: required.dims,
    identity: hash(canonicalJson([reader.settings(), await describeTensors(layout, weights, hash)])),
  };
}

/** Row by row in its file. */
function liesInOnePiece({ isTransposed, strides }: StoredTensor): boolean {
  return !isTransposed && strides === undefined;
}

/** Holds non-contiguous tensors in memory; usual files have none. */
async function withBytes(
  layout: ComponentLayout,
  weights: ReadonlyMap<string, MatchedWeight>,
): Promise<ReadonlyMap<string, MatchedWeight>> {
  const all = new Map(weights);
  for (const [name, { stored, external }] of weights) {
    if (stored.strides === undefined) continue;
    all.set(name, { stored, external: { ...external, bytes: await layout.read(stored) } });
  }
  return all;
}

/** Name, type, shape and sha256 of each tensor, by name. */
async function describeTensors(
  layout: ComponentLayout,
  weights: ReadonlyMap<string, MatchedWeight>,
  hash: OpenComponentOptions['hash'],
): Promise<readonly (readonly unknown[])[]> {
  const entries = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  const asStored = entries.filter(([, { stored }]) => liesInOnePiece(stored));
  const digests = await layout.digests(asStored.map(([, { stored }]) => stored));
  const digestOf = new Map(asStored.map(([name], i) => [name, digests[i]]));
  return Promise.all(
    entries.map(async ([name, { stored }]) => {
      const { dtype, shape, isTransposed } = stored;
      const inOrder = (bytes: Uint8Array) => (isTransposed ? transposed(stored, bytes) : bytes);
      const digest = liesInOnePiece(stored) ? digestOf.get(name) : hash(inOrder(await layout.read(stored)));
      return [name, dtype, shape, digest];
    }),
  );
}

/** The bytes of a matrix as `shape` says, row by row. */
function transposed({ shape: [rows = 1, columns = 1] }: StoredTensor, bytes: Uint8Array): Uint8Array {
  const size = bytes.length / (rows * columns);
  const turned = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (column * rows + row) * size;
      turned.set(bytes.subarray(from, from + size), (row * columns + column) * size);
    }
  }
  return turned;
}

class MatchedWeights implements WeightSource {
  readonly #tensors: ReadonlyMap<string, MatchedWeight>;

  constructor(tensors: ReadonlyMap<string, MatchedWeight>) {
    this.#tensors = tensors;
  }

  get(key: string): ExternalTensor {
    const tensor = this.#tensors.get(key)?.external;
    if (tensor === undefined)
      throw new Error(`Internal error: weight "${key}" was not asked for when the file was checked`);
    return tensor;
  }
}

/** ONNX Runtime takes the weights of one model from one folder. */
function commonFolder({ label, files }: TensorSet): string {
  const folders = [...new Set(files.map(({ realFolder }) => realFolder))];
  const [folder] = folders;
  if (folder !== undefined && folders.length === 1) return folder;
  throw fileProblems(label, [`expected all its files in one folder, got ${folders.length} folders`], {
    fault: 'damaged',
    cure: 'Put the files into one folder; links that lead to several do not serve',
  });
}
