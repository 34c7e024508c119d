import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORMULATIONS, tensor } from '@unclip-studio/nodes-unclip';
import { add, decodeFloats, type ExternalTensor, GraphBuilder } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

// 1.5, -2, 0.25 and 2^-24, the smallest number of binary16; the last is 2^-24 in bfloat16, too.
const VALUES = [1.5, -2, 0.25, 2 ** -24];
const STORED = {
  float32: { dtype: 'F32', bytes: new Uint8Array(Float32Array.from(VALUES).buffer) },
  float16: { dtype: 'F16', bytes: new Uint8Array(Uint16Array.of(0x3e00, 0xc000, 0x3400, 0x0001).buffer) },
  bfloat16: { dtype: 'BF16', bytes: new Uint8Array(Uint16Array.of(0x3fc0, 0xc000, 0x3e80, 0x3380).buffer) },
} as const;

function builderWith(weights: Readonly<Record<string, ExternalTensor>>): GraphBuilder {
  const get = (key: string): ExternalTensor => {
    const found = weights[key];
    if (found === undefined) throw new Error(`no weight ${key}`);
    return found;
  };
  return new GraphBuilder({ weights: { get }, formulation: FORMULATIONS.cpu });
}

const TYPES = Object.keys(STORED) as (keyof typeof STORED)[];

test.each(
  TYPES.flatMap((type) => [[type, 'copied when it is loaded', false] as const, [type, 'mapped', true] as const]),
)('a %s weight is read from its place in the file, as float32, %s', async (elementType, _, staysOnDisk) => {
  const { dtype, bytes } = STORED[elementType];
  const folder = tempFolder();
  // Not at the start of the file and not at a multiple of four, as half weights come to lie.
  writeFileSync(join(folder, 'w.bin'), Buffer.concat([new Uint8Array(6), bytes]));
  const build = () => {
    const weight = { elementType, dims: [4], location: 'w.bin', offset: 6, length: bytes.length };
    const builder = builderWith({ 'block.weight': weight });
    const scope = builder.root().child('block');
    const x = builder.input('x', 'float32', [2, 2]);
    builder.output('y', add(scope, x, scope.weight('weight', [4], [2, 2])));
    return { bytes: builder.finish('test'), weightsFolder: folder, weightBytes: 16, runsOnEnd: false, staysOnDisk };
  };
  const sessions = createOrtSessions();

  const { y } = await sessions.run({ key: elementType, build }, { x: tensor([2, 2], new Float32Array(4)) });
  await sessions.close();

  expect(y?.dims).toEqual([2, 2]);
  expect([...(y?.data ?? [])]).toEqual(VALUES);
  expect([...(decodeFloats(dtype, bytes) ?? [])]).toEqual(VALUES);
});

test('initializers have the names of the weights, nodes those of their modules', () => {
  const weight = { elementType: 'float32', dims: [4], location: 'w.bin', offset: 0, length: 16 } as const;
  const builder = builderWith({ 'block.0.weight': weight });
  const scope = builder.root().child('block').child('0');

  const x = scope.weight('weight', [4]);
  const values = [x, scope.node('Relu', [x], x), scope.node('Relu', [x], x)];

  expect(values.map(({ name }) => name)).toEqual(['block.0.weight', 'block.0/Relu', 'block.0/Relu_1']);
});

test('weight preparation comes right before the first reader, so that it runs only when it is needed', () => {
  const half = { elementType: 'float16', dims: [2], location: 'w.bin', offset: 0, length: 4 } as const;
  const builder = builderWith({ 'a.weight': half, 'b.weight': half });
  let x = builder.input('x', 'float32', [2]);
  for (const name of ['a', 'b']) {
    const scope = builder.root().child(name);
    x = add(scope, x, scope.weight('weight', [2]));
  }
  builder.output('y', x);

  const file = Buffer.from(builder.finish('test'));

  expect(file.indexOf('b.weight.float32')).toBeLessThan(file.indexOf('a/Add'));
});

test('equal constants are one, unequal ones are not', () => {
  const builder = builderWith({});

  expect(builder.ints([1, 2])).toBe(builder.ints([1, 2]));
  expect(builder.ints([12])).not.toBe(builder.ints([1, 2]));
  expect(builder.floats([], Float32Array.of(1))).not.toBe(builder.floats([1], Float32Array.of(1)));
});

test('asking for the result of a module that is not there is our own mistake', () => {
  expect(() => builderWith({}).outputModuleResult('mid_block')).toThrow(
    'Internal error: the graph holds no module "mid_block"',
  );
});
