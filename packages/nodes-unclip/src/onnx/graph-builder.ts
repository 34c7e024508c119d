import { toHalves } from '../tensor/float16.js';
import type { Factor, WeightAdapter } from './adapter.js';
import { ELEMENT_TYPE, type ElementType } from './external-data.js';
import { FORMULATIONS, type Formulation, writtenIn } from './formulations.js';
import { GraphWeights, type GraphWeightsOptions } from './graph-weights.js';
import { type Attribute, inlineInitializer, nodeProto, valueInfoProto } from './messages.js';
import { ProtoWriter } from './proto.js';
import { GraphError, type SymbolicDims, sameDims, showDims, sizeOf, type TensorType, type Value } from './value.js';

/** Every op used is defined in it; ONNX Runtime 1.30 knows newer ones, but their kernels gained nothing. */
const OPSET = 21;
/** The file format version that belongs to opset 21. */
const IR_VERSION = 10;

export interface FinishOptions {
  /**
   * Lets some sizes be known only when the graph runs, namely those of {@link GraphBuilder.intsAtRunTime} and of weights that are made
   * ready at each run. ONNX Runtime keeps the memory of a value for all later ones of the same size, so memory for one value of each
   * size is in use at once, from the first to the last one; it does not where it does not know the size. Graphs whose weights
   * it makes ready in advance must know them.
   */
  readonly sizesAtRunTime?: boolean;
}

export interface NodeOptions {
  readonly domain?: 'com.microsoft';
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/**
 * Collects nodes and initializers and writes them as one ONNX ModelProto.
 * The order of the calls is the order in the file, so one model always gives the same bytes.
 */
export class GraphBuilder {
  readonly formulation: Formulation;
  readonly weights: GraphWeights;
  readonly #nodes: ProtoWriter[] = [];
  readonly #initializers = new Map<string, ProtoWriter>();
  readonly #inputs = new Map<string, TensorType>();
  readonly #outputs = new Map<string, ProtoWriter>();
  readonly #moduleResults = new Map<string, Value>();
  readonly #constants = new Map<string, Value>();
  readonly #intsAtRunTime = new Map<string, readonly number[]>();
  readonly #namesTaken = new Map<string, number>();
  #multiplyAdds = 0;
  #rowsAreFree = false;
  #largestTransformed = 0;
  readonly #options: GraphWeightsOptions;
  #prelude: GraphBuilder | undefined;

  constructor(options: GraphWeightsOptions) {
    this.#options = options;
    this.formulation = options.formulation;
    this.weights = new GraphWeights(options, {
      initializers: this.#initializers,
      uniqueName: (name) => this.#uniqueName(name),
      exactFloats: (dims, data) => this.exactFloats(dims, data),
    });
  }

  /** The scope at the root of the module tree. */
  root(): Scope {
    return new Scope(this, '');
  }

  /**
   * The graph that runs before this one, made on first use: of the same weights, in the CPU's formulation. This graph takes its
   * outputs as inputs of the same names.
   */
  prelude(): GraphBuilder {
    const { addressOf: _, ...options } = this.#options;
    this.#prelude ??= new GraphBuilder({ ...options, formulation: FORMULATIONS.cpu });
    return this.#prelude;
  }

  /** A value that is fed. Floats are computed with in the formulation's precision, however they are fed. */
  input(name: string, dtype: ElementType, dims: SymbolicDims): Value {
    const value = this.exactInput(name, dtype, dims);
    return dtype === 'float32' ? this.toPrecision(value) : value;
  }

  /** As it is fed: for what half precision would spoil. */
  exactInput(name: string, dtype: ElementType, dims: SymbolicDims): Value {
    this.#inputs.set(name, { dtype, dims });
    if (typeof dims[0] === 'string') this.#rowsAreFree = true;
    return { name, dtype, dims };
  }

  /** A float32 value in the precision that the graph computes in. */
  toPrecision(value: Value): Value {
    return this.#isHalf ? this.#cast(value, 'float16') : value;
  }

  /** A value of the graph's precision as float32. */
  toFloat32(value: Value): Value {
    return this.#isHalf ? this.#cast(value, 'float32') : value;
  }

  get #isHalf(): boolean {
    return this.formulation.precision === 'float16';
  }

  #cast({ name, dtype, dims }: Value, to: 'float16' | 'float32'): Value {
    const attributes = { to: { int: ELEMENT_TYPE[to] } };
    return this.node(`${name}.${to}`, 'Cast', [{ name, dtype, dims }], { dtype: to, dims }, { attributes });
  }

  /**
   * Gives a value out under `name`, as float32.
   *
   * @param dims what the value must have; left out, the file says nothing of them
   * @throws GraphError for other dims, or another type than the graph computes in
   */
  output(name: string, value: Value, dims?: SymbolicDims): void {
    if (dims !== undefined && !sameDims(dims, value.dims)) {
      throw new GraphError(`output/${name}`, `expected ${showDims(dims)}, got ${showDims(value.dims)}`);
    }
    const type = writtenIn(this.formulation);
    if (value.dtype !== type) throw new GraphError(`output/${name}`, `expected ${type}, got ${value.dtype}`);
    this.#nodes.push(
      nodeProto({
        name: `output/${name}`,
        opType: this.#isHalf ? 'Cast' : 'Identity',
        domain: '',
        inputs: [value.name],
        outputs: [name],
        attributes: this.#isHalf ? { to: { int: ELEMENT_TYPE.float32 } } : {},
      }),
    );
    this.#outputs.set(name, valueInfoProto(name, 'float32', dims));
  }

  get outputNames(): readonly string[] {
    return [...this.#outputs.keys()];
  }

  /** Gives out what the module at a scope path returned, under that path as name; for comparing layer by layer. */
  outputModuleResult(path: string): void {
    const value = this.#moduleResults.get(path);
    if (value === undefined) throw new Error(`Internal error: the graph holds no module "${path}"`);
    this.output(path, value);
  }

  /** A constant in the graph's precision; a scalar when `dims` is empty. Equal constants are stored once. */
  floats(dims: readonly number[], data: Float32Array): Value {
    return this.#isHalf ? this.#constant('float16', dims, toHalves(data)) : this.exactFloats(dims, data);
  }

  /** A float32 constant. */
  exactFloats(dims: readonly number[], data: Float32Array): Value {
    return this.#constant('float32', dims, data);
  }

  /** An int64 constant of rank one. */
  ints(values: readonly number[]): Value {
    return this.#constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** The same, which the runtime does not know in advance in graphs that are finished so. */
  intsAtRunTime(values: readonly number[]): Value {
    const name = `at run time/${values.join(',')}`;
    this.#intsAtRunTime.set(name, values);
    return { name, dtype: 'int64', dims: [values.length] };
  }

  /** @param inputs `null` is an optional input that is left out; @param result the output of the operator */
  node(
    name: string,
    opType: string,
    inputs: readonly (Value | null)[],
    result: TensorType,
    options: NodeOptions = {},
  ): Value {
    const nodeName = this.#uniqueName(name);
    this.#addNode(nodeName, opType, inputs, [nodeName], options);
    return { name: nodeName, dtype: result.dtype, dims: result.dims };
  }

  /** The same of an operator with several outputs. */
  nodeOfSeveral(
    name: string,
    opType: string,
    inputs: readonly Value[],
    results: readonly TensorType[],
    options: NodeOptions = {},
  ): readonly Value[] {
    const nodeName = this.#uniqueName(name);
    const outputs = results.map(({ dtype, dims }, i) => ({ name: `${nodeName}:${i}`, dtype, dims }));
    this.#addNode(
      nodeName,
      opType,
      inputs,
      outputs.map((output) => output.name),
      options,
    );
    return outputs;
  }

  #addNode(
    name: string,
    opType: string,
    inputs: readonly (Value | null)[],
    outputs: readonly string[],
    options: NodeOptions,
  ): void {
    const names = inputs.map((input) => input?.name ?? '');
    const { domain = '', attributes = {} } = options;
    this.#nodes.push(nodeProto({ name, opType, domain, inputs: names, outputs, attributes }));
  }

  /**
   * How many multiply-adds a run of the graph needs, in matrix products, convolutions and attention; everything else is
   * negligible. For one row, if the caller chooses the number of rows.
   */
  get multiplyAdds(): number {
    return this.#multiplyAdds;
  }

  /** Whether an input has a free first axis. */
  get rowsAreFree(): boolean {
    return this.#rowsAreFree;
  }

  /** @param perValue multiplications with additions for each value of the result */
  countWork(result: TensorType, perValue: number): void {
    this.#multiplyAdds += sizeOf(result.dims) * perValue;
  }

  /** Of weights that are made into others at each run, what the largest result takes. */
  get largestTransformedBytes(): number {
    return this.#largestTransformed;
  }

  /** Whether an input is the step of a sampling loop: without one, `sizesAtRunTime` changes nothing. */
  get takesStep(): boolean {
    return this.#step !== undefined;
  }

  /** The name of an input of shape [1], whose size can be multiplied with. */
  get #step(): string | undefined {
    const [name] = [...this.#inputs].find(([, { dims }]) => dims.length === 1 && dims[0] === 1) ?? [];
    return name;
  }

  /** @param values of a weight that is made of another one at each run */
  countTransformed(values: number): void {
    const bytesPerValue = this.#isHalf ? 2 : 4;
    this.#largestTransformed = Math.max(this.#largestTransformed, bytesPerValue * values);
  }

  recordModuleResult(path: string, value: Value): void {
    this.#moduleResults.set(path, value);
  }

  /** The serialized ModelProto of {@link prelude}; `undefined` if there is none. */
  finishPrelude(graphName: string): Uint8Array | undefined {
    return this.#prelude?.finish(graphName);
  }

  /** The serialized ModelProto. */
  finish(graphName: string, { sizesAtRunTime = false }: FinishOptions = {}): Uint8Array {
    const graph = new ProtoWriter();
    const free = sizesAtRunTime ? this.#step : undefined;
    if (free !== undefined) this.weights.hideSizes((dims) => this.intsAtRunTime(dims).name);
    if (free === undefined) this.#addKnownInts();
    const sizes = free === undefined ? [] : this.#intsTimesSizeOf(free);
    for (const node of [...sizes, ...this.weights.nodes, ...this.#nodes]) graph.message(1, node);
    graph.string(2, graphName);
    for (const initializer of this.#initializers.values()) graph.message(5, initializer);
    for (const [name, { dtype, dims }] of this.#inputs)
      graph.message(11, valueInfoProto(name, dtype, name === free ? undefined : dims));
    for (const output of this.#outputs.values()) graph.message(12, output);
    return new ProtoWriter()
      .int(1, IR_VERSION)
      .string(2, 'unclip-studio')
      .message(7, graph)
      .message(8, new ProtoWriter().string(1, '').int(2, OPSET))
      .message(8, new ProtoWriter().string(1, 'com.microsoft').int(2, 1))
      .finish();
  }

  #addKnownInts(): void {
    for (const [name, values] of this.#intsAtRunTime) {
      const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      this.#initializers.set(name, inlineInitializer(name, { elementType: 'int64', dims: [values.length], data }));
    }
  }

  /** @param input of shape [1] */
  #intsTimesSizeOf(input: string): readonly ProtoWriter[] {
    const one = `${input}/size`;
    const common = { domain: '', attributes: {} };
    return [
      nodeProto({ ...common, name: one, opType: 'Shape', inputs: [input], outputs: [one] }),
      ...[...this.#intsAtRunTime].map(([name, values]) =>
        nodeProto({ ...common, name, opType: 'Mul', inputs: [this.ints(values).name, one], outputs: [name] }),
      ),
    ];
  }

  #constant(dtype: ElementType, dims: readonly number[], data: Float32Array | Uint16Array | BigInt64Array): Value {
    const content = `${dtype}[${dims.join(',')}]{${data.join(',')}}`;
    const known = this.#constants.get(content);
    if (known !== undefined) return known;
    const name = `constant/${this.#constants.size}`;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.set(name, inlineInitializer(name, { elementType: dtype, dims, data: bytes }));
    const value = { name, dtype, dims };
    this.#constants.set(content, value);
    return value;
  }

  #uniqueName(name: string): string {
    const timesTaken = this.#namesTaken.get(name) ?? 0;
    this.#namesTaken.set(name, timesTaken + 1);
    return timesTaken === 0 ? name : `${name}_${timesTaken}`;
  }
}

/** A place in the module tree. Its path is the common start of the keys of the weights that belong to it. */
export class Scope {
  readonly builder: GraphBuilder;
  readonly path: string;

  constructor(builder: GraphBuilder, path: string) {
    this.builder = builder;
    this.path = path;
  }

  /** @param name one or several steps down, as weight keys spell them: `attn1.to_out.0` */
  child(name: string): Scope {
    return new Scope(this.builder, this.#join(name));
  }

  /** @param viewAs the same bytes under other dims, so that no Reshape is needed */
  weight(name: string, dims: readonly number[], viewAs = dims): Value {
    return this.builder.weights.float(this.#join(name), dims, viewAs);
  }

  /** The addition to the weight of this module. */
  get adapters(): readonly WeightAdapter[] {
    return this.builder.weights.adaptersOf(this.path);
  }

  /** Whether a weight of this module loses what half precision does not hold. */
  roundsToHalf(name: string): boolean {
    return this.builder.weights.roundsToHalf(this.#join(name));
  }

  inlineWeight(name: string, factor: Factor, dims: readonly number[]): Value {
    return this.builder.weights.inline(this.#join(name), factor, dims);
  }

  storedWeight(name: string, dims: readonly number[]): Value {
    return this.builder.weights.stored(this.#join(name), dims);
  }

  /** An operator of this module with one output. @param result its output */
  node(opType: string, inputs: readonly (Value | null)[], result: TensorType, options?: NodeOptions): Value {
    return this.builder.node(`${this.path}/${opType}`, opType, inputs, result, options);
  }

  /** The same with several outputs. */
  nodeOfSeveral(opType: string, inputs: readonly Value[], results: readonly TensorType[], options?: NodeOptions) {
    return this.builder.nodeOfSeveral(`${this.path}/${opType}`, opType, inputs, results, options);
  }

  /** Marks what the module at this path returns; costs nothing unless somebody asks for it as an output. */
  result(value: Value): Value {
    this.builder.recordModuleResult(this.path, value);
    return value;
  }

  #join(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
