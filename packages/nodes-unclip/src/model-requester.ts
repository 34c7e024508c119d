import type { Formulation } from './onnx/formulations.js';
import { GraphBuilder } from './onnx/graph-builder.js';
import type { ModelRequest } from './services.js';
import type { WeightComponent } from './weights/weight-component.js';

export interface ModelOptions {
  /** Paths of modules, as weight keys spell them, whose results are to be outputs of the same names as well. */
  readonly moduleResults?: readonly string[];
}

interface Description<Config> extends ModelOptions {
  describe(builder: GraphBuilder, config: Config): void;
  /** It is asked again at every sampling step. */
  readonly runsOnEnd?: boolean;
  /** What a run takes beside the weights, estimated; 0 when left out. */
  readonly workingBytes?: number;
}

/** Makes the requests for the models of one checkpoint. @param identity part of each model's key */
export function modelRequester(identity: string, formulation: Formulation) {
  return <Config>(
    label: string,
    component: WeightComponent<Config>,
    { moduleResults = [], describe, runsOnEnd = false, workingBytes = 0 }: Description<Config>,
  ): ModelRequest => ({
    key: [label, formulation.name, identity, ...moduleResults].join(' '),
    build() {
      const builder = new GraphBuilder({ weights: component.weights, formulation });
      describe(builder, component.config);
      for (const path of moduleResults) builder.outputModuleResult(path);
      const bytes = builder.finish(label);
      const { weightsFolder } = component;
      return { bytes, weightsFolder, weightBytes: builder.weightBytes, workingBytes, runsOnEnd };
    },
  });
}
