import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { adviseOnBfloat16, chooseDevice, realSurroundings } from '@unclip-studio/server';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { compareDevice, type DeviceParity } from '../support/compare-device.js';
import { supportProcess } from '../support/support-process.js';
import { tempFolder } from '../support/temp-folder.js';
import { unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

// Its 8 bits are 4e-3; UNets were up to 3.1e-2 off.
const TOLERANCE = 5e-2;
const LEAST_PSNR = 30;

const missing = adviseOnBfloat16(realSurroundings(process.env))?.why;
// The library itself; `npm test` has what happens without it.
const testOpenvino = test.skipIf(missing !== undefined);
const reason = missing === undefined ? '' : ` (skipped: ${missing})`;

testOpenvino(
  `the UNets of all small checkpoints are within the error of bfloat16, all other models are exact${reason}`,
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [supportProcess('device-parity'), 'cpu:bfloat16'], {
      maxBuffer: 2 ** 24,
    });

    const { formulation, words, stages, notices } = JSON.parse(stdout) as DeviceParity;
    expect([formulation, notices]).toEqual(['openvino', []]);
    expect(words).toMatch(
      /^the CPU, as asked for in bfloat16 \(at most 0\.0\d+ of the largest value off in the self-test\)$/,
    );
    const unets = stages.filter(({ stage }) => stage === 'UNet');
    expect(unets.length).toBeGreaterThanOrEqual(3);
    expect(unets.filter(({ difference }) => !(difference > 1e-4 && difference < TOLERANCE))).toEqual([]);
    expect(stages.filter(({ stage, difference }) => stage !== 'UNet' && difference !== 0)).toEqual([]);
  },
);

testOpenvino(`weights behind symbolic links are read as well${reason}`, async () => {
  const folder = tempFolder();
  const bundled = join(REPOSITORY, 'models/emoji-unclip');
  for (const path of readdirSync(bundled, { recursive: true }).map(String)) {
    if (statSync(join(bundled, path)).isDirectory()) mkdirSync(join(folder, path));
    else symlinkSync(join(bundled, path), join(folder, path));
  }

  const { stages, notices } = await compareDevice(await chooseDevice('cpu:bfloat16'), {
    checkpoints: { linked: folder },
  });

  const unet = stages.find(({ stage }) => stage === 'UNet')?.difference ?? 0;
  expect([notices, unet > 1e-4 && unet < TOLERANCE]).toEqual([[], true]);
});

testOpenvino(
  `images of the bundled model in 20 steps stay close to the exact ones, and say how they were made${reason}`,
  async () => {
    const [exact, found] = [await variations('cpu'), await variations('cpu:bfloat16')];

    expect(found).toHaveLength(4);
    for (const [i, file] of found.entries()) {
      const [a, b] = [await pixelsOf(file), await pixelsOf(exact[i] ?? '')];
      expect(psnr(a, b)).toBeGreaterThan(LEAST_PSNR);
      expect(a.equals(b)).toBe(false);
    }
    const { stdout } = await unclip(['explain', found[0] ?? '', exact[0] ?? '']);
    expect(stdout).toContain('The device was cpu bfloat16 in A, cpu in B.');
  },
);

async function variations(device: string): Promise<readonly string[]> {
  const out = join(tempFolder(), 'images');
  const args = ['run', 'workflows/image-variations.json', '--set', 'sample.steps=20', '--device', device, '--out', out];
  const { code, stdout, stderr } = await unclip(args);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const files = stdout.trim().split('\n');
  expect(files).toHaveLength(4);
  return files;
}

function pixelsOf(file: string): Promise<Buffer> {
  // The program allows loading from memory only.
  return sharp(readFileSync(file)).raw().toBuffer();
}

/** In dB, of 8-bit values. */
function psnr(a: Buffer, b: Buffer): number {
  const squares = a.reduce((sum, value, i) => sum + (value - (b[i] ?? Number.NaN)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
