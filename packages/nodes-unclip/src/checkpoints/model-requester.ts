import type { BuiltModel, ModelOptions, ModelRequest } from '../models/inference.js';
import { FORMULATIONS, type Formulation } from '../onnx/formulations.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import type { WeightComponent } from './open-component.js';

interface Description<Config> extends ModelOptions {
  describe(builder: GraphBuilder, config: Config): void;
  /** The sizes it is built for, as its key has them; left out where it takes any. */
  readonly shape?: string;
  /** It is requested again at every sampling step. */
  readonly runsOnEnd?: boolean;
  /** Working memory of a run in addition to the weights, estimated; 0 when left out. */
  readonly workingBytes?: number;
  /** The same if its weights stay in their files; as always when left out. */
  readonly workingBytesOnDisk?: number;
  /** See `GraphBuilderOptions`; the label must contain it. */
  readonly roundsToHalf?: (key: string) => boolean;
  /** See `ModelRequest`; its formulation may have time and class apart. */
  readonly takesBfloat16?: true;
}

/** Makes the requests for models; equal weights of two checkpoints are one model. */
export function modelRequester(formulation: Formulation) {
  return <Config>(what: string, component: WeightComponent<Config>, description: Description<Config>): ModelRequest => {
    const { shape, moduleResults = [], describe, runsOnEnd = false, roundsToHalf } = description;
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
        const placed = placeWeights(builder, description, { chosen, isSum });
        const bytes = builder.finish(label, { sizesAtRunTime: placed.staysOnDisk === true });
        const prelude = builder.finishPrelude(`${label} prelude`);
        const { weightsFolder } = component;
        const { multiplyAdds, rowsAreFree, outputNames } = builder;
        return {
          ...{ bytes, outputNames, weightsFolder, runsOnEnd, multiplyAdds, rowsAreFree },
          ...(prelude && { prelude }),
          ...placed,
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

// How many of the largest weight an arena holds widened at once, and transformed for Winograd's convolutions: measured with the UNet of
// SD 2.1, whose largest has 118 MB, and 210 transformed.
const AT_ONCE = { widened: 4, transformed: 2.5 } as const;
// Likewise where their sizes are known at run time only, with and without Winograd's convolutions (anonymous memory at 128, 256, 512
// and 768 px: 0.43, 0.56, 0.93 and 1.13 GB, of which 0.1 GB are the process).
const AT_ONCE_AT_RUN_TIME = { widened: 2.5, transformed: 1.5 } as const;

function placeWeights(
  { weights, largestTransformedBytes, takesStep }: GraphBuilder,
  {
    workingBytes = 0,
    workingBytesOnDisk = workingBytes,
  }: Pick<Description<unknown>, 'workingBytes' | 'workingBytesOnDisk'>,
  { chosen, isSum }: { readonly chosen: Formulation; readonly isSum: boolean },
): Pick<BuiltModel, 'weightBytes' | 'workingBytes' | 'staysOnDisk'> {
  const { floatBytes, storedBytes, largestBytes } = weights.sizes;
  const withTransformed = workingBytes + AT_ONCE.transformed * largestTransformedBytes;
  // OpenVINO widens all weights while it compiles a model, and computes with rounded copies of them.
  if (chosen.precision === 'bfloat16') return { weightBytes: 1.5 * floatBytes, workingBytes: withTransformed };
  // Sums are taken once, when the model is loaded, and not at each step.
  if (floatBytes <= LARGE_BYTES || isSum || chosen.name !== FORMULATIONS.cpu.name)
    return { weightBytes: floatBytes, workingBytes: withTransformed };
  const { widened, transformed } = takesStep ? AT_ONCE_AT_RUN_TIME : AT_ONCE;
  const widenedBytes = storedBytes === floatBytes ? 0 : widened * largestBytes;
  return {
    weightBytes: storedBytes,
    workingBytes: workingBytesOnDisk + widenedBytes + transformed * largestTransformedBytes,
    staysOnDisk: true,
  };
}
