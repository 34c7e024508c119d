import { decodeFloats, toHalves } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

const allBits = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
const finite = allBits.filter((bits) => (bits & 0x7c00) !== 0x7c00);

test('every finite half-precision number keeps its bits', () => {
  const floats = decodeFloats('F16', new Uint8Array(finite.buffer)) as Float32Array;

  expect(toHalves(floats)).toEqual(finite);
});

test('half way between two numbers the even one is used, and otherwise the nearer', () => {
  const floats = decodeFloats('F16', new Uint8Array(finite.buffer)) as Float32Array;
  // Upwards from 0, up to the largest.
  for (let i = 0; i + 1 < 0x7c00; i++) {
    const [low = 0, high = 0] = [floats[i], floats[i + 1]];
    const middle = (low + high) / 2;
    const [below, at, above] = toHalves(Float32Array.of(middle - (high - low) / 8, middle, middle + (high - low) / 8));

    if (below !== i || above !== i + 1 || at !== (i % 2 === 0 ? i : i + 1)) expect([i, below, at, above]).toEqual([]);
  }
});

test('what is larger than the largest becomes it, with its sign', () => {
  const found = toHalves(Float32Array.of(65520, 1e30, -1e30, Number.POSITIVE_INFINITY));

  expect([...found]).toEqual([0x7bff, 0x7bff, 0xfbff, 0x7bff]);
});
