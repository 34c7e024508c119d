import type { EvaluateContext } from './evaluation.js';
import type { ParamCondition, ParamConflict } from './param-conflicts.js';
import type { Param, ParamValue } from './params.js';
import type { PortLooks, PortTypeDefinition } from './port-type.js';

export interface InputPort<PortType extends string = string> {
  readonly type: PortType;
  /** What the user reads at the socket; the port's key when left out. */
  readonly label?: string;
  readonly help: string;
  /** The node works without it. */
  readonly optional?: true;
  /** From the port type, for drawing. */
  readonly looks?: PortLooks;
  /** It was added to a node that saved workflows have; their cards show it once it is connected. */
  readonly added?: true;
}

export interface OutputPort<PortType extends string = string> {
  readonly type: PortType;
  /** What the user reads at the socket; the port's key when left out. */
  readonly label?: string;
  readonly help: string;
  /** From the port type, for drawing. */
  readonly looks?: PortLooks;
  /** What some readers cannot take, and the params of this node with which its value is so. */
  readonly traits?: readonly { readonly trait: string; readonly when: readonly ParamCondition[] }[];
  /** The input whose traits it has. */
  readonly traitsOf?: string;
}

/**
 * How one node of the file becomes several before a run. `sweep`: all that lies between the swept params and the node is
 * done once for each combination of values, and the node gets every result, as inputs `cell1`, `cell2` and so on, row by
 * row. `lines`: each line of `param` becomes a node of the type `type` whose `typeParam` it is, and the node gets their
 * `output`s, as `item1` and so on.
 */
export type NodeExpansion =
  | {
      readonly kind: 'sweep';
      readonly input: string;
      /** The output with the images of all cells one by one, row by row. */
      readonly each?: string;
    }
  | {
      readonly kind: 'lines';
      readonly param: string;
      readonly type: string;
      readonly typeParam: string;
      readonly output: string;
    };

/** A seed that does not count while an input is connected, which brings the random stream. */
export interface SeedSource<Input extends string = string, ParamName extends string = string> {
  readonly param: ParamName;
  readonly input: Input;
}

/** The part of a node which the editor needs: plain data, safe to send as JSON. */
export interface NodeDefinition<PortType extends string = string> {
  readonly type: string;
  /** Raised when the same inputs and params give another result; part of every fingerprint. */
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** Other words for it, in small letters, by which people look for it: of the field, and of other programs. Never shown. */
  readonly keywords?: readonly string[];
  readonly category: string;
  readonly inputs: Readonly<Record<string, InputPort<PortType>>>;
  readonly outputs: Readonly<Record<string, OutputPort<PortType>>>;
  readonly params: Readonly<Record<string, Param>>;
  /** The node writes something outside the graph: it runs in every run and is a target by default. */
  readonly sideEffects?: true;
  /** Said by nodes of plug-ins: the same inputs and params give the same result, so that it may be kept. */
  readonly pure?: true;
  /** The package it comes from, if it is not one of this program's own nodes. */
  readonly plugin?: PluginOrigin;
  readonly expands?: NodeExpansion;
  /** It shows images in the making while it works in steps. */
  readonly preview?: NodePreview;
  /** The inputs it mixes, with weights that can be set by a point between them. */
  readonly mix?: readonly MixPart[];
  /** What can change during its steps. */
  readonly later?: LaterSettings;
  /** The input that, where it is connected, goes before a seed. */
  readonly seedFrom?: SeedSource;
  /** It makes several images at once, and can make one of them alone. */
  readonly batch?: BatchChoice;
  /** The input each of whose images becomes one of its results, in the same order. */
  readonly imagesFrom?: string;
  /** It cuts or resizes its image, and another node does the same to a mask of that image. */
  readonly cutsMask?: MaskTwin;
  /** It can draw its own results again, larger. */
  readonly secondPass?: SecondPass;
  /** It can redraw part of an image. */
  readonly inpaint?: Inpainting;
  /** Settings with which it cannot run. */
  readonly conflicts?: readonly ParamConflict[];
  /** Its duration grows with these; the forecast for 200 steps is ten times that for 20. */
  readonly duration?: NodeDuration;
}

/** Which package a node comes from, and with which content. */
export interface PluginOrigin {
  readonly name: string;
  readonly version: string;
  /** Of the code and the files that decide its results, in hex. */
  readonly sha256: string;
}

export interface NodePreview<ParamName extends string = string> {
  /** The param that says how many steps there are. */
  readonly steps: ParamName;
}

/** One thing that a node mixes: the input it comes by, and the param which says how much it counts. */
export interface MixPart<InputName extends string = string, ParamName extends string = string> {
  readonly input: InputName;
  readonly weight: ParamName;
}

/** Settings that a node has twice: until a step, and from then on. */
export interface LaterSettings<InputName extends string = string, ParamName extends string = string> {
  /** The param that says after which step; 0 for never. */
  readonly at: ParamName;
  /** Input -> the one that takes its place; as it was where that is not connected. */
  readonly inputs: { readonly [Name in InputName]?: InputName };
  /** Param -> the one that takes its place; as it was where that has its default. */
  readonly params: { readonly [Name in ParamName]?: ParamName };
}

/** How one image of a batch is made alone, the same as in the batch. */
export interface BatchChoice<ParamName extends string = string> {
  /** The param that says which one, from 1; 0 makes all of them. */
  readonly only: ParamName;
}

/**
 * The node that does to a mask what this one does to an image, with params of the same names: what is painted on the image
 * before it would otherwise be elsewhere on the one after it.
 */
export interface MaskTwin {
  readonly type: string;
  readonly input: string;
  readonly output: string;
}

/**
 * How a node of the same type draws results again after they were enlarged, with the details of the larger size (hires fix).
 */
export interface SecondPass<InputName extends string = string, ParamName extends string = string> {
  /** The output that is enlarged, and the input of the second node which takes it. */
  readonly output: string;
  readonly input: InputName;
  readonly enlarger: { readonly type: string; readonly input: string; readonly output: string };
  /** The inputs and params which the second node shares with the first. */
  readonly inputs: readonly InputName[];
  readonly params: readonly ParamName[];
  /** Its own params. */
  readonly sets: { readonly [Name in ParamName]?: string | number | boolean };
}

/** How a node redraws part of an image (inpainting). */
export interface Inpainting<InputName extends string = string> {
  /** The input for the image. */
  readonly image: InputName;
  /** The input for the mask, which is white where the image is redrawn. */
  readonly mask: InputName;
  /** The input for the prompt, which says what the redrawn part shows. */
  readonly prompt?: InputName;
  /** The node that turns an image into what the input for it takes; left out where that takes an image. */
  readonly encoder?: {
    readonly type: string;
    readonly input: string;
    readonly output: string;
    readonly params?: Readonly<Record<string, string | number | boolean>>;
  };
}

/** Params by whose product the duration of a node grows. */
export interface NodeDuration {
  /** How long each row takes, such as `steps` and the share of them that is done. */
  readonly each?: readonly string[];
  /** How many rows it makes of each that comes in; nodes that read them take as many times longer. */
  readonly rows?: readonly string[];
}

/** How much of something there will be, as far as that is known before a run. */
export interface Extent {
  /** Images, latents, embeddings or prompts in one value. */
  readonly rows: number;
  /** Of images, and of the images that latents decode to; left out if it is known only during the run. */
  readonly sizePx?: { readonly width: number; readonly height: number };
  /** Of encoded text. */
  readonly tokens?: number;
  /** What its readers will run because of it, such as control nets in a prompt; they know in which form. */
  readonly carried?: readonly unknown[];
}

export interface ModelUse<Model> {
  readonly model: Model;
  readonly times: number;
  /** Given at each run to a model that takes any number; 1 when left out. */
  readonly rows?: number;
}

/** What a node will do, told before it runs. */
export interface NodeEstimate<Model> {
  /** The models it will run. */
  readonly uses: readonly ModelUse<Model>[];
  /** Of its outputs. */
  readonly extent: Extent;
}

type RequiredKeys<Ports> = { [K in keyof Ports]: Ports[K] extends { optional: true } ? never : K }[keyof Ports];
type OptionalKeys<Ports> = { [K in keyof Ports]: Ports[K] extends { optional: true } ? K : never }[keyof Ports];
type ValueOf<Types, Port> = Port extends { type: infer Name }
  ? Name extends keyof Types
    ? Types[Name]
    : never
  : never;

export type InputValues<Types, Ports> = { readonly [K in RequiredKeys<Ports>]: ValueOf<Types, Ports[K]> } & {
  readonly [K in OptionalKeys<Ports>]?: ValueOf<Types, Ports[K]>;
};
/** Of inputs of the types `Handles` their values, and of others how much there will be. */
export type InputExtents<Types, Ports, Handles> = {
  readonly [K in RequiredKeys<Ports>]: Ports[K] extends { type: Handles } ? ValueOf<Types, Ports[K]> : Extent;
} & {
  readonly [K in OptionalKeys<Ports>]?: Ports[K] extends { type: Handles } ? ValueOf<Types, Ports[K]> : Extent;
};
export type OutputValues<Types, Ports> = { readonly [K in keyof Ports]: ValueOf<Types, Ports[K]> };
export type ParamValues<Params extends Readonly<Record<string, Param>>> = {
  readonly [K in keyof Params]: ParamValue<Params[K]>;
};

/** A definition together with its function; never leaves the process that evaluates. */
export interface EvaluableNode<Services, Model = unknown> extends NodeDefinition {
  // The catalog is the only list that contains nodes of different types; `defineNode` has checked each of them.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  evaluate(args: any, context: EvaluateContext<Services>): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Left out by nodes that run no model and output as many rows as they get.
   *
   * @param fits whether a model fits into memory at once: some nodes run smaller ones more often if it does not
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  models?(args: any, fits: (model: Model) => boolean): NodeEstimate<Model>;
  /**
   * Params with random choices, resolved: the same for the same params. Fingerprints and receipts are computed from the
   * resolved values, so that equal choices share results. May throw, as `evaluate` will for the same params.
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  settle?(params: any): Readonly<Record<string, unknown>>;
  /** The version of results with these params, where a correction concerns only some; {@link versionOf} asks it. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  versionFor?(params: any): number;
}

/** The version that is part of the fingerprint of a node with these params. */
export function versionOf(
  definition: NodeDefinition & Pick<EvaluableNode<never>, 'versionFor'>,
  params: Readonly<Record<string, unknown>>,
): number {
  return definition.versionFor?.(params) ?? definition.version;
}

/**
 * Makes the `defineNode` of one node package from its port types (`Types`: port type name -> value) and its services. Values
 * of the types `Handles` are there before a run, such as models; `Model` is what nodes say they will run.
 * `portTypes` say how their sockets look.
 * `evaluate` is then checked against the ports and params that the same object declares.
 */
export function createDefineNode<Types, Services, Handles extends keyof Types & string = never, Model = unknown>(
  portTypes: readonly PortTypeDefinition<keyof Types & string>[] = [],
) {
  const looks = new Map<string, PortLooks>(portTypes.map((type) => [type.name, type.looks]));
  const withLooks = <Port extends InputPort | OutputPort>(ports: Readonly<Record<string, Port>>) =>
    Object.fromEntries(
      Object.entries(ports).map(([name, port]) => {
        const own = looks.get(port.type);
        return [name, own === undefined ? port : { ...port, looks: own }];
      }),
    );
  type PortType = keyof Types & string;
  return <
    const Inputs extends Readonly<Record<string, InputPort<PortType>>>,
    const Outputs extends Readonly<Record<string, OutputPort<PortType>>>,
    const Params extends Readonly<Record<string, Param>>,
  >(
    node: Omit<
      NodeDefinition<PortType>,
      | 'inputs'
      | 'outputs'
      | 'params'
      | 'preview'
      | 'mix'
      | 'later'
      | 'seedFrom'
      | 'batch'
      | 'imagesFrom'
      | 'cutsMask'
      | 'secondPass'
      | 'inpaint'
      | 'conflicts'
    > & {
      readonly inputs: Inputs;
      readonly outputs: Outputs;
      readonly params: Params;
      // Declared names must exist: names of ports and params are checked against the same object.
      readonly preview?: NodePreview<keyof Params & string>;
      readonly mix?: readonly MixPart<keyof Inputs & string, keyof Params & string>[];
      readonly later?: LaterSettings<keyof Inputs & string, keyof Params & string>;
      readonly seedFrom?: SeedSource<keyof Inputs & string, keyof Params & string>;
      readonly batch?: BatchChoice<keyof Params & string>;
      readonly imagesFrom?: keyof Inputs & string;
      readonly cutsMask?: MaskTwin;
      readonly secondPass?: SecondPass<keyof Inputs & string, keyof Params & string>;
      readonly inpaint?: Inpainting<keyof Inputs & string>;
      readonly conflicts?: readonly ParamConflict<keyof Inputs & string, keyof Params & string>[];
      evaluate(
        args: { readonly inputs: InputValues<Types, Inputs>; readonly params: ParamValues<Params> },
        context: EvaluateContext<Services>,
      ): Promise<OutputValues<Types, Outputs>>;
      models?(
        args: {
          readonly inputs: InputExtents<Types, Inputs, Handles>;
          readonly params: ParamValues<Params>;
        },
        fits: (model: Model) => boolean,
      ): NodeEstimate<Model>;
      settle?(params: ParamValues<Params>): ParamValues<Params>;
      versionFor?(params: ParamValues<Params>): number;
    },
  ): EvaluableNode<Services, Model> => ({
    ...node,
    inputs: withLooks<InputPort>(node.inputs),
    outputs: withLooks<OutputPort>(node.outputs),
  });
}

/** The definition without its function: what the server sends to the editor. */
export function toDefinition(node: EvaluableNode<never>): NodeDefinition {
  const { evaluate: _, models: __, settle: ___, versionFor: ____, ...definition } = node;
  return definition;
}
