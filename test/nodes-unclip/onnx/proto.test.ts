import { externalInitializer, ProtoWriter } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

// The examples of https://protobuf.dev/programming-guides/encoding/.
test('an int field is written as the encoding guide shows', () => {
  expect(hex(new ProtoWriter().int(1, 150).finish())).toBe('089601');
});

test('a string field is written as the encoding guide shows', () => {
  expect(hex(new ProtoWriter().string(2, 'testing').finish())).toBe('120774657374696e67');
});

test('a message field is written as the encoding guide shows', () => {
  expect(hex(new ProtoWriter().message(3, new ProtoWriter().int(1, 150)).finish())).toBe('1a03089601');
});

test('a negative int takes ten bytes', () => {
  expect(hex(new ProtoWriter().int(1, -2).finish())).toBe('08feffffffffffffffff01');
});

test('an int past 32 bits keeps all its bits', () => {
  expect(hex(new ProtoWriter().int(1, 2 ** 40).finish())).toBe('08808080808020');
});

test('a float is written little-endian', () => {
  expect(hex(new ProtoWriter().float(1, 1).finish())).toBe('0d0000803f');
});

test('a message longer than the first buffer is kept whole', () => {
  const payload = new Uint8Array(100_000).map((_, i) => i % 251);

  const written = new ProtoWriter().bytes(1, payload).int(2, 1).finish();

  // Tag, three bytes of length, payload, and the next field.
  expect(written.length).toBe(1 + 3 + payload.length + 2);
  expect(hex(written.subarray(-2))).toBe('1001');
  expect(written.subarray(4, 4 + payload.length)).toEqual(payload);
});

test.each(['../weights.safetensors', '/etc/passwd', 'a/../../b', 'a//b', 'a\\b', 'C:x', '..', '', 'a\0b'])(
  'a weight file called %j is rejected, because it could lead out of the weights folder',
  (location) => {
    const tensor = { elementType: 'float32', dims: [1], location, offset: 0, length: 4 } as const;

    expect(() => externalInitializer('w', tensor)).toThrow('which is not a file inside the folder of the weights');
  },
);
