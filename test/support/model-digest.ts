import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRequest } from '@unclip-studio/nodes-unclip';
import { decodeFloats } from '@unclip-studio/nodes-unclip/testing';

// Numbers of fields in onnx.proto of onnx v1.17.
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const GRAPH_INITIALIZER = 5;
const NODE = { input: 1, output: 2, name: 3, type: 4, attribute: 5 } as const;
const TENSOR = { dims: 1, type: 2, name: 8, external: 13 } as const;

/** `TensorProto.DataType` -> safetensors' name of the type. */
const FLOAT_TYPES = { 1: 'F32', 10: 'F16', 11: 'F64', 16: 'BF16', 17: 'F8_E4M3', 19: 'F8_E5M2' } as const;

type Field = readonly [number: number, value: Uint8Array | bigint];

/**
 * A digest of what a model computes: its nodes, and its weights as float32. Where the weights lie in which file, and in
 * which float type, does not count: a Cast to float32 is exact.
 */
export function digestModel(request: ModelRequest): string {
  const { bytes, weightsFolder } = request.build();
  const files = new Map<string, Uint8Array>();
  const readFile = (name: string) => {
    const known = files.get(name) ?? readFileSync(join(weightsFolder ?? '', name));
    files.set(name, known);
    return known;
  };
  const hash = createHash('sha256');
  const graph = bytesOf(fieldsOf(bytes), MODEL_GRAPH)[0] ?? new Uint8Array();
  const sameAs = new Map<string, string>();
  for (const [number, value] of fieldsOf(graph)) {
    if (number === GRAPH_NODE) hash.update(describeNode(value as Uint8Array, sameAs));
    else if (number === GRAPH_INITIALIZER) hash.update(describeInitializer(value as Uint8Array, readFile));
    else hash.update(String(value));
  }
  return hash.digest('hex');
}

/** @param sameAs output of a Cast to float32 -> its input; gains this node if it is one */
function describeNode(bytes: Uint8Array, sameAs: Map<string, string>): string {
  const fields = fieldsOf(bytes);
  const texts = (number: number) => bytesOf(fields, number).map(toText);
  const inputs = texts(NODE.input).map((name) => sameAs.get(name) ?? name);
  const [type = ''] = texts(NODE.type);
  if (type === 'Cast') {
    for (const output of texts(NODE.output)) sameAs.set(output, inputs[0] ?? '');
    return '';
  }
  const attributes = bytesOf(fields, NODE.attribute).map((one) => Buffer.from(one).toString('hex'));
  return JSON.stringify([type, texts(NODE.name), inputs, texts(NODE.output), attributes]);
}

function describeInitializer(bytes: Uint8Array, readFile: (name: string) => Uint8Array): string {
  const fields = fieldsOf(bytes);
  const external = Object.fromEntries(bytesOf(fields, TENSOR.external).map(readEntry));
  const { location } = external;
  if (location === undefined) return Buffer.from(bytes).toString('hex');
  const [offset, length] = [Number(external['offset']), Number(external['length'])];
  const data = readFile(location).subarray(offset, offset + length);
  const type = Number(fields.find(([number]) => number === TENSOR.type)?.[1]);
  const dtype = FLOAT_TYPES[type as keyof typeof FLOAT_TYPES];
  const floats = dtype === 'F32' || dtype === undefined ? data : new Uint8Array(decode(dtype, data).buffer);
  const dims = fields.filter(([number]) => number === TENSOR.dims).map(([, dim]) => String(dim));
  const [name] = bytesOf(fields, TENSOR.name).map(toText);
  return JSON.stringify([name, dims, createHash('sha256').update(floats).digest('hex')]);
}

function decode(dtype: Parameters<typeof decodeFloats>[0], data: Uint8Array): Float32Array {
  const floats = decodeFloats(dtype, data);
  if (floats === null) throw new Error(`expected floats, got ${dtype}`);
  return floats;
}

function readEntry(bytes: Uint8Array): readonly [key: string, value: string] {
  const [key = '', value = ''] = fieldsOf(bytes).map(([, text]) => toText(text as Uint8Array));
  return [key, value];
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function bytesOf(fields: readonly Field[], wanted: number): readonly Uint8Array[] {
  return fields.flatMap(([number, value]) => (number === wanted && value instanceof Uint8Array ? [value] : []));
}

/** The fields of a protobuf message in their order. */
function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    if (wire === 0) fields.push([tag >> 3, varint()]);
    else if (wire === 2) fields.push([tag >> 3, take(Number(varint()))]);
    else if (wire === 5) fields.push([tag >> 3, take(4)]);
    else throw new Error(`expected a varint, bytes or 32 bits, got wire type ${wire}`);
  }
  return fields;
}
