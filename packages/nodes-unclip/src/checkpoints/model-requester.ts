import type { BuiltModel, ModelOptions, ModelRequest } from '../models/inference.js';
import { FORMULATIONS, type Formulation } from '../onnx/formulations.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import type { WeightSizes } from '../onnx/graph-weights.js';
import type { WeightComponent } from './open-component.js';

interface Description<Config> extends ModelOptions {
  describe(builder: GraphBuilder, config: Config): void;
  /** The sizes it is built for, as its key has them; left out where it takes any. */
  readonly shape?: string;
  /** It is requested again at every sampling step. */
  readonly runsOnEnd?: boolean;
  /** Working memory of a run in addition to the weights, estimated; 0 when left out. */
  readonly workingBytes?: number;
  /** See `GraphBuilderOptions`; the label must contain it. */
  readonly roundsToHalf?: (key: string) => boolean;
  /** See `ModelRequest`; its formulation may have time and class apart. */
  readonly takesBfloat16?: true;
}

/** Makes the requests for models; equal weights of two checkpoints are one model. */
export function modelRequester(formulation: Formulation) {
  return <Config>(what: string, component: WeightComponent<Config>, description: Description<Config>): ModelRequest => {
    const { shape, moduleResults = [], describe, runsOnEnd = false, workingBytes = 0, roundsToHalf } = description;
    const label = shape === undefined ? what : `${what} ${shape}`;
    return {
      key: [label, formulation.name, component.identity, ...moduleResults].join(' '),
      family: [what, formulation.name, component.identity].join(' '),
      ...(description.takesBfloat16 && { takesBfloat16: true }),
      build(chosen = formulation, addressOf = undefined) {
        const isSum = component.weights.terms !== undefined;
        const builder = new GraphBuilder({
          ...component,
          formulation: isSum ? withoutWinograd(chosen) : chosen,
          roundsToHalf,
          addressOf: addressOf && ((location) => addressOf(`${component.weightsFolder}/${location}`)),
        });
        describe(builder, component.config);
        for (const path of moduleResults) builder.outputModuleResult(path);
        const bytes = builder.finish(label);
        const prelude = builder.finishPrelude(`${label} prelude`);
        const { weightsFolder } = component;
        const { multiplyAdds, rowsAreFree, outputNames } = builder;
        return {
          ...{ bytes, outputNames, weightsFolder, runsOnEnd, multiplyAdds, rowsAreFree },
          ...(prelude && { prelude }),
          ...placeWeights(builder.weights.sizes, {
            chosen,
            workingBytes: workingBytes + TRANSFORMED_AT_ONCE * builder.largestTransformedBytes,
            isSum,
          }),
        };
      },
    };
  };
}

/** Its weights would be computed in advance as well, and take 16/9 of the memory. */
function withoutWinograd({ winograd: _, ...direct }: Formulation): Formulation {
  return direct;
}

/**
 * On the CPU, large weights stay in their files and are widened at each use. Measured with the checkpoint's parts at
 * the size of SD 2.1 in half precision, copied and packed compared with mapped: the UNet loads in 3.7 to 9 s or 0.2,
 * and holds 3.7 GB or 2.4 (256 px); a mapped step takes 12 % longer at 256 px, with no measurable difference at 512 px;
 * CLIP ViT-H loads in 4.2 to 5.8 s or 0.15, and holds 2.8 GB or 1.5. See docs/decisions/0140. Small models gain more
 * from packing.
 */
const LARGE_BYTES = 2 ** 30;

// What an arena holds of widened weights at once, as measured with the UNet of SD 2.1 (540 MB; the largest has 118).
const WIDENED_AT_ONCE = 4;
// Likewise of weights that Winograd's convolutions transform (480 MB; the largest has 210).
const TRANSFORMED_AT_ONCE = 2.5;

function placeWeights(
  { floatBytes, storedBytes, largestBytes }: WeightSizes,
  {
    chosen,
    workingBytes,
    isSum,
  }: { readonly chosen: Formulation; readonly workingBytes: number; readonly isSum: boolean },
): Pick<BuiltModel, 'weightBytes' | 'workingBytes' | 'staysOnDisk'> {
  // OpenVINO widens all weights while it compiles a model, and computes with rounded copies of them.
  if (chosen.precision === 'bfloat16') return { weightBytes: 1.5 * floatBytes, workingBytes };
  // Sums are taken once, when the model is loaded, and not at each step.
  if (floatBytes <= LARGE_BYTES || isSum || chosen.name !== FORMULATIONS.cpu.name)
    return { weightBytes: floatBytes, workingBytes };
  const widenedBytes = storedBytes === floatBytes ? 0 : WIDENED_AT_ONCE * largestBytes;
  return { weightBytes: storedBytes, workingBytes: workingBytes + widenedBytes, staysOnDisk: true };
}
