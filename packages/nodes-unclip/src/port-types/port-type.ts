import type { PortTypeDefinition } from '@unclip-studio/graph-core';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import type { ModelFileKind, OpenedModels } from '../checkpoints/model-files/index.js';
import type { StoredValue } from './stored-arrays.js';

/** What reading a kept value may need from the run. */
export interface RebindContext {
  /** The checkpoint of that name. @throws Error if it is not there any more, or is another one now */
  rebind(name: string, identity: string): Promise<Checkpoint>;
  /** The same of a model that comes by itself. */
  rebindModel<Kind extends ModelFileKind>(kind: Kind, name: string, identity: string): Promise<OpenedModels[Kind]>;
}

/** How the values of one port type are kept. Handles to models are never cached: they are opened again when needed. */
export interface PortCodec<Value = unknown> {
  /** Raised when the form changes; a value kept in another form is not read. */
  readonly version: number;
  /** @throws StoredFormError if the value holds more than this codec knows: kept in part it would be another value */
  encode(value: Value): StoredValue;
  /** @throws StoredFormError if it is not what `encode` gives */
  decode(stored: StoredValue, context: RebindContext): Promise<Value>;
}

/** A type of values for links: its name, codec, socket looks and description. */
export interface PortType<Name extends string = string, Value = unknown> extends PortTypeDefinition<Name> {
  readonly codec: PortCodec<Value>;
}

/** A port type of models. Opening one costs nothing, so it has no form in which it is kept. */
export interface ModelPortType<Name extends string = string, Value = unknown> extends PortTypeDefinition<Name> {
  readonly codec: 'none: models are opened again';
  /** For the compiler alone. */
  readonly value?: Value;
}

/** Declares a port type; the type of its values follows from its codec. */
export function definePortType<const Name extends string, Value>(type: PortType<Name, Value>): PortType<Name, Value> {
  return type;
}

/** Declares a port type of models. */
export function defineModelPort<Value>() {
  return <const Name extends string>(type: PortTypeDefinition<Name>): ModelPortType<Name, Value> => ({
    ...type,
    codec: 'none: models are opened again',
  });
}
