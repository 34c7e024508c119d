import { fileProblems } from '../checkpoint-error.js';
import type { ExternalTensor } from '../onnx/external-data.js';
import type { Formulation } from '../onnx/formulations.js';
import { GraphBuilder, type WeightSource } from '../onnx/graph-builder.js';
import { parseJsonFile } from './checkpoint-folder.js';
import { type KeyRules, matchWeights, RequiredWeights } from './checkpoint-keys.js';
import type { CheckpointLayout, ComponentFiles } from './checkpoint-layout.js';
import { identityOf, type TensorSet } from './stored-tensor.js';

/** A kind of component that has a config.json and weights. */
export interface ComponentKind<Config> extends ComponentFiles {
  readonly rules: KeyRules;
  readConfig(file: string, json: unknown): Config;
  /** Builds the whole model in the smallest size, so that every weight is asked for. */
  build(builder: GraphBuilder, config: Config): void;
}

/** One component, checked: config understood, every weight found in its shape. */
export interface WeightComponent<Config> {
  readonly config: Config;
  /** Absolute folder of the real weight files. */
  readonly weightsFolder: string;
  readonly weights: WeightSource;
  /** Texts that change when config or weights do. */
  readonly identityParts: readonly (string | Uint8Array)[];
}

/** @throws CheckpointError | SafetensorsError, telling all that is wrong with the config or with the weights */
export async function openComponent<Config>(
  layout: CheckpointLayout,
  kind: ComponentKind<Config>,
  { formulation }: { readonly formulation: Formulation },
): Promise<WeightComponent<Config>> {
  const configFile = `${kind.folder}/config.json`;
  const configText = await layout.readText(configFile);
  const config = kind.readConfig(configFile, parseJsonFile(configFile, configText));

  const set = await layout.openTensors(kind);
  const required = new RequiredWeights();
  kind.build(new GraphBuilder({ weights: required, formulation }), config);
  const tensors = matchWeights(set, required.dims, kind.rules);
  return {
    config,
    weightsFolder: commonFolder(set),
    weights: new MatchedWeights(tensors),
    identityParts: [configText, ...identityOf(set)],
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

/** ONNX Runtime takes the weights of one model from one folder. */
function commonFolder({ label, files }: TensorSet): string {
  const folders = [...new Set(files.map(({ realFolder }) => realFolder))];
  const [folder] = folders;
  if (folder !== undefined && folders.length === 1) return folder;
  throw fileProblems(
    label,
    [`expected all its files in one folder, got ${folders.length} folders`],
    'Put the files into one folder; links that lead to several do not serve',
  );
}
