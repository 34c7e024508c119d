import { SafetensorsError } from '@unclip-studio/nodes-unclip';
import type { SafetensorsHeader } from '@unclip-studio/nodes-unclip/testing';
import { readSafetensorsHeader } from '@unclip-studio/nodes-unclip/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float32Bytes, safetensorsFile, safetensorsFromHeader } from '../../support/safetensors-file.js';
import { randomRuns } from '../../support/test-seed.js';

const CURE = 'The file is damaged or was cut off; download or copy it again';

const VALID = safetensorsFile({
  'block.weight': { dtype: 'F32', shape: [2, 3], data: float32Bytes([1, 2, 3, 4, 5, 6]) },
  'block.bias': { dtype: 'F16', shape: [2], data: new Uint8Array(4) },
  empty: { dtype: 'I64', shape: [0, 7], data: new Uint8Array() },
});

/** Reads through an interface that fails the test when anything outside the file is requested. */
function read(bytes: Uint8Array): Promise<SafetensorsHeader> {
  return readSafetensorsHeader({
    name: 'unet/w.safetensors',
    sizeBytes: bytes.length,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        throw new Error(`read of ${length} bytes at ${offset} in a file of ${bytes.length}`);
      }
      return bytes.slice(offset, offset + length);
    },
  });
}

async function messageOf(bytes: Uint8Array): Promise<string> {
  const error = await read(bytes).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SafetensorsError);
  return (error as SafetensorsError).message;
}

const F32 = (offsets: string, shape = '[1]') => `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;

test('a valid header gives dtype, shape and place of every tensor', async () => {
  const { tensors } = await read(VALID);

  const dataStart = VALID.length - 28;
  expect([...tensors]).toEqual([
    ['block.weight', { dtype: 'F32', shape: [2, 3], offset: dataStart, length: 24 }],
    ['block.bias', { dtype: 'F16', shape: [2], offset: dataStart + 24, length: 4 }],
    ['empty', { dtype: 'I64', shape: [0, 7], offset: dataStart + 28, length: 0 }],
  ]);
});

test('metadata and padding after the header are allowed', async () => {
  const { tensors } = await read(safetensorsFromHeader('{"__metadata__":{"format":"pt"}}     '));

  expect(tensors.size).toBe(0);
});

test('a name out of the prototype is a tensor like any other', async () => {
  const { tensors } = await read(safetensorsFromHeader(`{"__proto__":${F32('[0,4]')}}`, new Uint8Array(4)));

  expect([...tensors.keys()]).toEqual(['__proto__']);
});

describe('a lying file is refused with file, tensor, what was expected and what came', () => {
  const data = new Uint8Array(8);
  test.each([
    ['an empty file', new Uint8Array(), 'unet/w.safetensors: expected at least 8 bytes, got 0'],
    [
      'a header longer than the file',
      new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0, 123]),
      'unet/w.safetensors: expected a header of at most 1 bytes, got 255',
    ],
    [
      'a header length past 2^53',
      new Uint8Array(16).fill(255),
      'unet/w.safetensors: expected a header of at most 8 bytes, got 18446744073709551615',
    ],
    [
      'a byte order mark',
      safetensorsFromHeader('\ufeff{}'),
      'unet/w.safetensors: expected a header that starts with "{", got "\ufeff"',
    ],
    ['a list', safetensorsFromHeader('[]'), 'unet/w.safetensors: expected a header that starts with "{", got "["'],
    [
      'bytes that are no UTF-8',
      safetensorsFromHeader(new Uint8Array([0x7b, 0xff, 0x7d])),
      'unet/w.safetensors: expected a header in UTF-8, got other bytes',
    ],
    [
      'broken JSON',
      safetensorsFromHeader('{"a":}'),
      'unet/w.safetensors: expected a JSON header; at character 5: expected an object, a list, a string or a whole number, got "}"',
    ],
    [
      'duplicate keys',
      safetensorsFromHeader(`{"a":${F32('[0,4]')},"a":${F32('[4,8]')}}`, data),
      'unet/w.safetensors: expected a JSON header; at character 54: the key "a" is given twice in one object',
    ],
    [
      'an overlap',
      safetensorsFromHeader(`{"a":${F32('[0,4]')},"b":${F32('[2,6]')}}`, data),
      'unet/w.safetensors, tensor "b": expected data from byte OFFSET+4, got byte OFFSET+2: an overlap with another tensor',
    ],
    [
      'a hole',
      safetensorsFromHeader(`{"a":${F32('[4,8]')}}`, data),
      'unet/w.safetensors, tensor "a": expected data from byte OFFSET+0, got byte OFFSET+4: a hole before it',
    ],
    [
      'bytes that belong to no tensor',
      safetensorsFromHeader(`{"a":${F32('[0,4]')}}`, data),
      'unet/w.safetensors: expected OFFSET+4 bytes, got OFFSET+8',
    ],
    [
      'data past the end',
      safetensorsFromHeader(`{"a":${F32('[0,12]', '[3]')}}`, data),
      'unet/w.safetensors, tensor "a": expected data up to byte OFFSET+12, got a file of OFFSET+8 bytes',
    ],
    [
      'another length than the shape says',
      safetensorsFromHeader(`{"a":${F32('[0,8]')}}`, data),
      'unet/w.safetensors, tensor "a": expected 4 bytes for F32 [1], got 8',
    ],
    [
      'a shape that overflows',
      safetensorsFromHeader(`{"a":${F32('[0,0]', '[4294967296,4294967296]')}}`),
      'unet/w.safetensors, tensor "a": expected a shape that a file can hold, got [4294967296,4294967296]',
    ],
    [
      'a shape that overflows beside a zero',
      safetensorsFromHeader(`{"a":${F32('[0,0]', '[0,4294967296,4294967296]')}}`),
      'unet/w.safetensors, tensor "a": expected a shape that a file can hold, got [0,4294967296,4294967296]',
    ],
    [
      'a negative size',
      safetensorsFromHeader(`{"a":${F32('[0,4]', '[-1]')}}`, data),
      'unet/w.safetensors, tensor "a": expected a shape of whole numbers from 0, got [-1]',
    ],
    [
      'offsets in the wrong order',
      safetensorsFromHeader(`{"a":${F32('[4,0]')}}`, data),
      'unet/w.safetensors, tensor "a": expected data_offsets in order, got [4,0]',
    ],
    [
      'an offset with a fraction',
      safetensorsFromHeader(`{"a":${F32('[0,4.0]')}}`, data),
      'unet/w.safetensors: expected a JSON header; at character 50: expected an object, a list, a string or a whole number, got "4.0"',
    ],
    [
      'an unknown dtype',
      safetensorsFromHeader('{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}', data),
      'unet/w.safetensors, tensor "a": expected a dtype of BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64, got "F31"',
    ],
    [
      'metadata that is no text',
      safetensorsFromHeader('{"__metadata__":{"a":1}}'),
      'unet/w.safetensors: expected "__metadata__" to hold texts only',
    ],
    [
      'nesting that could exhaust the stack',
      safetensorsFromHeader(`{"a":${'['.repeat(100_000)}`),
      'unet/w.safetensors: expected a JSON header; at character 8: expected at most 4 objects and lists inside one another',
    ],
  ])('%s', async (_, bytes, expected) => {
    const dataStart = 8 + (bytes.length < 8 ? 0 : Number(Buffer.from(bytes).readBigUInt64LE() & 0xffff_ffffn));
    const message = await messageOf(bytes);

    expect(message).toBe(`${expected.replaceAll(/OFFSET\+(\d+)/g, (_, n) => String(dataStart + Number(n)))}. ${CURE}`);
  });
});

test('a header of more than 100 MB is refused before it is read', async () => {
  const error = readSafetensorsHeader({
    name: 'w.safetensors',
    sizeBytes: 10 ** 12,
    async read(offset, length) {
      expect([offset, length]).toEqual([0, 512]);
      return new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0]);
    },
  });

  await expect(error).rejects.toThrow('w.safetensors: expected a header of at most 100000000 bytes, got 4294967296');
});

test('a file cut at any length is refused', async () => {
  for (let length = 0; length < VALID.length; length++) await messageOf(VALID.slice(0, length));
});

test('for any changed bytes, the header is rejected or every tensor is inside the file', async () => {
  const change = fc.tuple(
    fc.nat(VALID.length - 1),
    fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:0123456789-.eE\\'))),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(20), async (changes, surplus) => {
      const bytes = new Uint8Array(VALID.length + (surplus === 0 ? 1 : 0));
      bytes.set(VALID);
      for (const [position, value] of changes) bytes[position] = value;
      try {
        const { tensors } = await read(bytes);
        const places = [...tensors.values()].sort((a, b) => a.offset - b.offset || a.length - b.length);
        for (const [i, { offset, length }] of places.entries()) {
          const previous = places[i - 1];
          expect(offset).toBeGreaterThanOrEqual(previous === undefined ? 8 : previous.offset + previous.length);
          expect(offset + length).toBeLessThanOrEqual(bytes.length);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(SafetensorsError);
      }
    }),
    { numRuns: randomRuns(1000) },
  );
});

test('random bytes after a plausible length word are refused or sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (noise) => {
      const error = await read(safetensorsFromHeader(Buffer.concat([Buffer.from('{"a":'), noise]))).catch(
        (reason: unknown) => reason,
      );

      expect(error).toBeInstanceOf(SafetensorsError);
    }),
  );
});
