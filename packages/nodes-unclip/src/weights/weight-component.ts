import type { ExternalTensor } from '../onnx/external-data.js';
import type { Formulation } from '../onnx/formulations.js';
import { GraphBuilder, type WeightSource } from '../onnx/graph-builder.js';
import {
  type CheckpointFolder,
  findWeightFile,
  openWeightFile,
  parseJsonFile,
  readTextFile,
  type WeightVariant,
} from './checkpoint-folder.js';
import { type KeyRules, matchWeights, RequiredWeights } from './checkpoint-keys.js';
import { readSafetensorsHeader } from './safetensors.js';

/** A kind of component that has a config.json and one file of weights. */
export interface ComponentKind<Config> {
  /** Its folder in the checkpoint. */
  readonly folder: string;
  readonly stem: 'model' | 'diffusion_pytorch_model';
  readonly rules: KeyRules;
  readConfig(file: string, json: unknown): Config;
  /** Builds the whole model in the smallest size, so that every weight is asked for. */
  build(builder: GraphBuilder, config: Config): void;
}

/** One component, checked: config understood, every weight found in its shape. */
export interface WeightComponent<Config> {
  readonly config: Config;
  /** Absolute folder of the real weight file. */
  readonly weightsFolder: string;
  readonly weights: WeightSource;
  /** What the weights take in memory as float32. */
  readonly weightBytes: number;
  /** Texts that change when config or weights do. */
  readonly identityParts: readonly (string | Uint8Array)[];
}

/** @throws CheckpointError | SafetensorsError, telling all that is wrong with the config or with the weights */
export async function openComponent<Config>(
  folder: CheckpointFolder,
  kind: ComponentKind<Config>,
  { variant, formulation }: { readonly variant: WeightVariant; readonly formulation: Formulation },
): Promise<WeightComponent<Config>> {
  const configFile = `${kind.folder}/config.json`;
  const configText = await readTextFile(folder, configFile);
  const config = kind.readConfig(configFile, parseJsonFile(configFile, configText));

  const weightFile = await findWeightFile(folder, kind.folder, { stem: kind.stem, variant });
  const header = await readSafetensorsHeader(await openWeightFile(folder, weightFile));
  const { weightsFolder, location } = splitPath(await folder.realPath(weightFile));
  const required = new RequiredWeights();
  kind.build(new GraphBuilder({ weights: required, formulation }), config);
  const tensors = matchWeights(header, required.dims, { rules: kind.rules, location });

  const { sizeBytes, modifiedMs } = await folder.stat(weightFile);
  return {
    config,
    weightsFolder,
    weights: new MatchedWeights(tensors),
    weightBytes: float32Bytes(required.dims.values()),
    identityParts: [configText, `${weightFile} ${sizeBytes} ${modifiedMs}`, header.bytes],
  };
}

class MatchedWeights implements WeightSource {
  readonly #tensors: ReadonlyMap<string, ExternalTensor>;

  constructor(tensors: ReadonlyMap<string, ExternalTensor>) {
    this.#tensors = tensors;
  }

  get(key: string): ExternalTensor {
    const tensor = this.#tensors.get(key);
    if (tensor === undefined)
      throw new Error(`Internal error: weight "${key}" was not asked for when the file was checked`);
    return tensor;
  }
}

/** Node's path module is out of reach here; both separators are, so that Windows works too. */
function splitPath(path: string): { readonly weightsFolder: string; readonly location: string } {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return { weightsFolder: path.slice(0, cut), location: path.slice(cut + 1) };
}

function float32Bytes(shapes: Iterable<readonly number[]>): number {
  let total = 0;
  for (const dims of shapes) total += 4 * dims.reduce((size, dim) => size * dim, 1);
  return total;
}
