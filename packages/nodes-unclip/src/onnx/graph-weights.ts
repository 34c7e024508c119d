import type { Factor, WeightAdapter } from './adapter.js';
import { ELEMENT_TYPE, type ExternalTensor, externalInitializer, isFloat8 } from './external-data.js';
import { type Formulation, writtenIn } from './formulations.js';
import { type Attribute, inlineInitializer, nodeProto } from './messages.js';
import type { ProtoWriter } from './proto.js';
import { sizeOf, type TensorType, type Value } from './value.js';

/** Where a graph's weights come from; asked with the dims the architecture demands. */
export interface WeightSource {
  get(key: string, dims: readonly number[]): ExternalTensor;
  /** The tensors of which each weight is the sum, where it is none of a file itself. */
  readonly terms?: (key: string, dims: readonly number[]) => readonly WeightTerm[];
}

/** A tensor times a factor. */
export interface WeightTerm {
  readonly tensor: ExternalTensor;
  readonly factor: number;
}

/** The additions to weights, by the path of a module. */
export type AdapterSource = ReadonlyMap<string, readonly WeightAdapter[]>;

const NO_ADAPTERS: AdapterSource = new Map();

/** Sums over all weights of a graph, in bytes. */
export interface WeightSizes {
  /** As they are computed with. */
  readonly floatBytes: number;
  /** As the file holds them. */
  readonly storedBytes: number;
  /** The largest one alone, likewise. */
  readonly largestBytes: number;
}

export interface GraphWeightsOptions {
  readonly weights: WeightSource;
  readonly formulation: Formulation;
  readonly adapters?: AdapterSource | undefined;
  /** Whether a weight loses what half precision does not hold, though it is computed with in full; none does when left out. */
  readonly roundsToHalf?: ((key: string) => boolean) | undefined;
  /** Where a file of weights is mapped in memory; left out, the graph names the files. */
  readonly addressOf?: ((location: string) => number) | undefined;
}

// Smaller weights are not worth a node of their own.
const LEAST_HIDDEN_VALUES = 16_384;

/** What weights need of the graph that they go into. */
interface GraphOfWeights {
  readonly initializers: Map<string, ProtoWriter>;
  uniqueName(name: string): string;
  /** A float32 constant. */
  exactFloats(dims: readonly number[], data: Float32Array): Value;
}

/** How weights get into a graph: as references into their files, made ready by nodes that ONNX Runtime folds or runs at each use. */
export class GraphWeights {
  /** Operators that only prepare a weight. */
  readonly nodes: ProtoWriter[] = [];
  readonly #graph: GraphOfWeights;
  readonly #formulation: Formulation;
  readonly #weights: WeightSource;
  readonly #adapters: AdapterSource;
  readonly #roundsToHalf: (key: string) => boolean;
  readonly #addressOf: ((location: string) => number) | undefined;
  readonly #floats = new Map<string, Value>();
  /** As they are in their files, with the dims under which the graph reads them. */
  readonly #stored = new Map<string, ExternalTensor>();
  /** Names of those that become floats of another type at each use, unless the runtime does it in advance; without 8-bit ones. */
  readonly #widened = new Set<string>();
  #weightValues = 0;
  #storedBytes = 0;
  /** In values. */
  #largestWeight = 0;

  constructor(
    { weights, formulation, adapters = NO_ADAPTERS, roundsToHalf = () => false, addressOf }: GraphWeightsOptions,
    graph: GraphOfWeights,
  ) {
    this.#weights = weights;
    this.#formulation = formulation;
    this.#adapters = adapters;
    this.#roundsToHalf = roundsToHalf;
    this.#addressOf = addressOf;
    this.#graph = graph;
  }

  /**
   * In the graph's precision regardless of the file; other types get a Cast, folded when the model is loaded or
   * computed at each use.
   */
  float(key: string, dims: readonly number[], viewAs: readonly number[]): Value {
    const known = this.#floats.get(key);
    if (known !== undefined) return known;
    const type = writtenIn(this.#formulation);
    const castTo = (dtype: 'float32' | 'float16', from: Value) =>
      from.dtype === dtype
        ? from
        : this.#node(`${key}.${dtype}`, 'Cast', [from], {
            result: { dtype, dims: from.dims },
            attributes: { to: { int: ELEMENT_TYPE[dtype] } },
          });
    const cast = (from: Value) => castTo(type, this.#roundsToHalf(key) ? castTo('float16', from) : from);
    const widened = (name: string, tensor: ExternalTensor, widen: (from: Value) => Value) => {
      const { isTransposed, ...stored } = this.#addWeight(name, tensor, { dims, viewAs });
      const turn = (from: Value) => (isTransposed ? this.#transposed(name, from) : from);
      // Of the 8-bit floats ONNX Runtime knows the Cast only.
      if (isFloat8(stored.dtype)) return turn(widen(stored));
      if (stored.dtype !== type) this.#widened.add(name);
      return widen(turn(stored));
    };
    // ComfyUI 0.3.64 rounds the added terms, and then the sum (comfy/model_patcher.py).
    const toFloat32 = (from: Value) => castTo('float32', this.#roundsToHalf(key) ? castTo('float16', from) : from);
    const terms = this.#weights.terms?.(key, dims);
    const float =
      terms === undefined
        ? widened(key, this.#weights.get(key, dims), cast)
        : cast(
            this.#sum(
              key,
              terms.map(({ tensor, factor }, i) => {
                const name = `${key}/${i}`;
                return { factor, value: widened(name, tensor, toFloat32) };
              }),
            ),
          );
    this.#floats.set(key, float);
    return float;
  }

  /** The sum of float32 weights, each times its factor. */
  #sum(key: string, terms: readonly { readonly value: Value; readonly factor: number }[]): Value {
    const scaled = terms.map(({ value, factor }, i) =>
      factor === 1
        ? value
        : this.#node(`${key}/${i}.scaled`, 'Mul', [value, this.#graph.exactFloats([], Float32Array.of(factor))], {
            result: value,
            attributes: {},
          }),
    );
    return scaled.reduce((sum, value) =>
      this.#node(`${key}.sum`, 'Add', [sum, value], { result: value, attributes: {} }),
    );
  }

  /** The additions to the weight of the module at a path, in this order. */
  adaptersOf(path: string): readonly WeightAdapter[] {
    return this.#adapters.get(path) ?? [];
  }

  /** Whether a weight loses what half precision does not hold. */
  roundsToHalf(key: string): boolean {
    return this.#roundsToHalf(key);
  }

  /** A weight that comes in memory and goes into the file, in the graph's precision. @param dims the same bytes under other dims */
  inline(name: string, { elementType, data }: Factor, dims: readonly number[]): Value {
    const type = writtenIn(this.#formulation);
    this.#graph.initializers.set(name, inlineInitializer(name, { elementType, dims, data }));
    const values = dims.reduce((product, dim) => product * dim, 1);
    this.#weightValues += values;
    this.#storedBytes += data.length;
    const stored: Value = { name, dtype: elementType, dims };
    if (elementType === type) return stored;
    const attributes = { to: { int: ELEMENT_TYPE[type] } };
    return this.#node(`${name}.${type}`, 'Cast', [stored], {
      result: { dtype: type, dims },
      attributes,
    });
  }

  /** The size of the weights requested so far. */
  get sizes(): WeightSizes {
    const bytesPerValue = this.#formulation.precision === 'float16' ? 2 : 4;
    return {
      floatBytes: bytesPerValue * this.#weightValues,
      storedBytes: this.#storedBytes,
      largestBytes: bytesPerValue * this.#largestWeight,
    };
  }

  /** The weight in the type the file holds, unless it is rounded. */
  stored(key: string, dims: readonly number[]): Value {
    if (this.#roundsToHalf(key) || this.#weights.terms !== undefined) return this.float(key, dims, dims);
    const tensor = this.#weights.get(key, dims);
    const { isTransposed, ...value } = this.#addWeight(key, tensor, { dims, viewAs: dims });
    return isTransposed ? this.#transposed(key, value) : value;
  }

  /** The weight as stored in the file, transposed or not. */
  #addWeight(
    key: string,
    tensor: ExternalTensor,
    { dims, viewAs }: { readonly dims: readonly number[]; readonly viewAs: readonly number[] },
  ): Value & { readonly isTransposed: boolean } {
    const { elementType, isTransposed = false } = tensor;
    const stored = isTransposed ? dims.toReversed() : viewAs;
    if (!this.#stored.has(key)) {
      const external = { ...tensor, dims: stored };
      const values = sizeOf(stored);
      this.#stored.set(key, external);
      this.#graph.initializers.set(key, externalInitializer(key, external, this.#addressOf));
      this.#weightValues += values;
      this.#storedBytes += tensor.length;
      this.#largestWeight = Math.max(this.#largestWeight, values);
    }
    return { name: key, dtype: elementType, dims: stored, isTransposed };
  }

  /**
   * Gives the floats made of large weights sizes that are known only when the graph runs, see `GraphBuilder.finish`; once all weights
   * were requested.
   *
   * @param sizesAtRunTime gives the name of a value that holds such sizes
   */
  hideSizes(sizesAtRunTime: (dims: readonly number[]) => string): void {
    for (const [key, external] of this.#stored) {
      if (!this.#widened.has(key) || sizeOf(external.dims) < LEAST_HIDDEN_VALUES) continue;
      const name = `${key}.stored`;
      this.#graph.initializers.set(key, externalInitializer(name, external, this.#addressOf));
      const inputs = [name, sizesAtRunTime(external.dims)];
      this.nodes.push(nodeProto({ name: key, opType: 'Reshape', domain: '', inputs, outputs: [key], attributes: {} }));
    }
  }

  /** Folded as the Cast is. */
  #transposed(key: string, value: Value): Value {
    return this.#node(`${key}.transposed`, 'Transpose', [value], {
      result: { dtype: value.dtype, dims: value.dims.toReversed() },
      attributes: { perm: { ints: [1, 0] } },
    });
  }

  /**
   * A node that only prepares a weight. These come before all others, because ONNX Runtime walks up from the outputs
   * and takes the input whose node comes later in the file first: so each is evaluated just before it is needed.
   */
  #node(
    name: string,
    opType: string,
    inputs: readonly Value[],
    { result, attributes }: { readonly result: TensorType; readonly attributes: Readonly<Record<string, Attribute>> },
  ): Value {
    const nodeName = this.#graph.uniqueName(name);
    const node = {
      name: nodeName,
      opType,
      domain: '',
      inputs: inputs.map((input) => input.name),
      outputs: [nodeName],
      attributes,
    };
    this.nodes.push(nodeProto(node));
    return { name: nodeName, dtype: result.dtype, dims: result.dims };
  }
}
