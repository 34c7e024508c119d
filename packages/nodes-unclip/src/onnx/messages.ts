import { ELEMENT_TYPE, type ElementType } from './external-data.js';
import { ProtoWriter } from './proto.js';
import type { SymbolicDims } from './value.js';

// Field numbers are from onnx/onnx v1.17, onnx/onnx.proto3.

/** An attribute as ONNX types it: JavaScript's one number type cannot tell an int from a float. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

export interface NodeMessage {
  readonly name: string;
  readonly opType: string;
  /** Empty for ai.onnx. */
  readonly domain: string;
  /** '' is an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export function nodeProto(node: NodeMessage): ProtoWriter {
  const proto = new ProtoWriter();
  for (const input of node.inputs) proto.string(1, input);
  for (const output of node.outputs) proto.string(2, output);
  proto.string(3, node.name).string(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes)) proto.message(5, attributeProto(name, attribute));
  return node.domain === '' ? proto : proto.string(7, node.domain);
}

/** @param dims left out when the shape is for the runtime to infer */
export function valueInfoProto(name: string, elementType: ElementType, dims?: SymbolicDims): ProtoWriter {
  const tensorType = new ProtoWriter().int(1, ELEMENT_TYPE[elementType]);
  if (dims !== undefined) {
    const shape = new ProtoWriter();
    for (const dim of dims) {
      shape.message(1, typeof dim === 'number' ? new ProtoWriter().int(1, dim) : new ProtoWriter().string(2, dim));
    }
    tensorType.message(2, shape);
  }
  return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensorType));
}

/** `TensorProto` which carries its little-endian data in itself. */
export function inlineInitializer(
  name: string,
  tensor: { readonly elementType: ElementType; readonly dims: readonly number[]; readonly data: Uint8Array },
): ProtoWriter {
  const proto = new ProtoWriter();
  for (const dim of tensor.dims) proto.int(1, dim);
  return proto.int(2, ELEMENT_TYPE[tensor.elementType]).string(8, name).bytes(9, tensor.data);
}

function attributeProto(name: string, attribute: Attribute): ProtoWriter {
  const proto = new ProtoWriter().string(1, name);
  if ('float' in attribute) return proto.float(2, attribute.float).int(20, 1);
  if ('int' in attribute) return proto.int(3, attribute.int).int(20, 2);
  if ('string' in attribute) return proto.string(4, attribute.string).int(20, 3);
  for (const value of attribute.ints) proto.int(8, value);
  return proto.int(20, 7);
}
