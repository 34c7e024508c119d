// Writes models/sharpen.onnx: Transpose to channels first, a 3 x 3 convolution of each channel by itself, Transpose back.
// An ONNX file is a protobuf message; see onnx.proto of https://github.com/onnx/onnx for the numbers of the fields.
import { mkdirSync, writeFileSync } from 'node:fs';

const FLOAT = 1;
const KERNEL = [0, -1, 0, -1, 5, -1, 0, -1, 0];

/** Fields by their numbers: a number is a varint, a text or bytes have their length, a list is repeated. */
function message(fields) {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

const ints = (name, values) => message([[1, name], ...values.map((value) => [8, value]), [20, 7]]);
const int = (name, value) =>
  message([
    [1, name],
    [3, value],
    [20, 2],
  ]);
const node = (type, inputs, output, attributes) =>
  message([
    ...inputs.map((input) => [1, input]),
    [2, output],
    [4, type],
    ...attributes.map((attribute) => [5, attribute]),
  ]);
const shape = (dims) => message(dims.map((dim) => [1, message([typeof dim === 'number' ? [1, dim] : [2, dim]])]));
const value = (name, dims) =>
  message([
    [1, name],
    [
      2,
      message([
        [
          1,
          message([
            [1, FLOAT],
            [2, shape(dims)],
          ]),
        ],
      ]),
    ],
  ]);

const weights = Buffer.from(Float32Array.from([...KERNEL, ...KERNEL, ...KERNEL]).buffer);
const kernel = message([...[3, 1, 3, 3].map((dim) => [1, dim]), [2, FLOAT], [8, 'kernel'], [9, weights]]);
const image = ['n', 'height', 'width', 3];
const graph = message([
  [1, node('Transpose', ['pixels'], 'planes', [ints('perm', [0, 3, 1, 2])])],
  [1, node('Conv', ['planes', 'kernel'], 'filtered', [ints('pads', [1, 1, 1, 1]), int('group', 3)])],
  [1, node('Transpose', ['filtered'], 'sharpened', [ints('perm', [0, 2, 3, 1])])],
  [2, 'sharpen'],
  [5, kernel],
  [11, value('pixels', image)],
  [12, value('sharpened', image)],
]);
const model = message([
  [1, 8],
  [7, graph],
  [
    8,
    message([
      [1, ''],
      [2, 17],
    ]),
  ],
]);

const folder = new URL('models/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('sharpen.onnx', folder), model);
