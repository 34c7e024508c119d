import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packFixtures, setup as unpackFixtures } from '../support/unpack-fixtures.js';
import { type ComfyCase, ComfySet } from './comfy-set.js';

// npx tsx test/comfy-parity/make-subset.ts FULL_SET reduces a set to a size suitable for a checkout, into
// test/golden-comfy
//
// One case of each sampler, noise schedule and option. Those of Stable Diffusion 1 are compared up to their latents:
// its VAE is not included, and that of tiny-unclip-h is used instead.

const TARGET = join(import.meta.dirname, '../golden-comfy');
const SD1 = 'tiny-sd1-f8';

const KEPT: readonly RegExp[] = [
  /^sampler\/sd1\./,
  /^scheduler\/(h\.|sd1\.dpmpp_2m\.(exponential|kl_optimal|linear_quadratic|normal))/,
  /^steps\/sd1\.uni_pc\.[12]$/,
  /^denoise\/sd1\.empty$/,
  /^advanced\/sd1\.(two_stages|stop_full|leftover_only|no_noise_ancestral)$/,
  /^batch\/sd1\.(three|from_batch)$/,
  /^seed\/sd1\.(7|18446744073709551615|dpmpp_2m_sde\.1099511627776)$/,
  /^text\/(sd1|h)\.(weights|long_weights|group_moves|zero_weight)$/,
  /^layers\/sd1\.-2$/,
  /^cond\/(area|area\.gap|mask\.bounds|range|average|strength_only)$/,
  /^model\/sd1\./,
  /^unclip\/(h\.(combined|one\.(noise0\.3|crop_none|gray|seed7|strength-0\.5)|two\.(minus|seed7)|three)|l\.two)$/,
  /^image\/scale\.(bicubic|area)\.disabled$/,
  /^latent-upscale\/sd1\.(area|bislerp\.crop)$/,
];

/** What a case is compared with here; other tensors of a set show where a difference begins. */
const KEYS = /^sampler\d\.(latent|timesteps)$|^image_uint8_nhwc$/;

function makeSubset(folder: string): void {
  const set = ComfySet.open(folder);
  const cases = set.cases.filter(({ id }) => KEPT.some((pattern) => pattern.test(id)));
  rmSync(TARGET, { recursive: true, force: true });
  for (const part of ['unet', 'text_encoder', 'tokenizer', 'scheduler', 'model_index.json']) {
    copy(join(folder, 'checkpoints', SD1, part), join(TARGET, 'checkpoints', SD1, part));
  }
  copy(join(import.meta.dirname, '../golden/checkpoints/tiny-unclip-h/vae'), join(TARGET, 'checkpoints', SD1, 'vae'));
  const images = new Set(
    cases.flatMap((one) => [...set.promptText(one).matchAll(/"([\w-]+\.png)"/g)].map(([, name]) => name)),
  );
  for (const name of images) copy(join(folder, 'images', String(name)), join(TARGET, 'images', String(name)));
  for (const one of cases) {
    copy(join(folder, one.prompt), join(TARGET, one.prompt));
    writeTensors(one, set);
  }
  const entries = cases.map(({ id, prompt, file, tolerance }) => ({ id, prompt, file, tolerance }));
  const source = readFileSync(join(folder, 'manifest.json'), 'utf8');
  const { format, made_with: madeWith } = JSON.parse(source) as { format: number; made_with: object };
  writeFileSync(join(TARGET, 'manifest.json'), `${JSON.stringify({ format, made_with: madeWith, cases: entries })}\n`);
  console.log(`${cases.length} of ${set.cases.length} cases kept`);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** Float32 and uint8 tensors as one safetensors file. */
function writeTensors(one: ComfyCase, set: ComfySet): void {
  // Results are compared as latents; images are large, and those of Stable Diffusion 1 are decoded by another VAE.
  const isDrawn = set.promptText(one).includes('KSampler');
  const keys = set.keys(one).filter((key) => KEYS.test(key) && !(isDrawn && /image_uint8|encode/.test(key)));
  const chunks: Uint8Array[] = [];
  const header: Record<string, object> = {};
  let offset = 0;
  for (const key of keys) {
    const { dims, data, dtype } = set.tensor(one, key);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[key] = { dtype, shape: dims, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    chunks.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  mkdirSync(dirname(join(TARGET, one.file)), { recursive: true });
  writeFileSync(join(TARGET, one.file), Buffer.concat([length, text, ...chunks]));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: make-subset.ts FULL_SET');
  process.exitCode = 2;
} else {
  // The packs contain other files besides those of the set.
  unpackFixtures();
  makeSubset(folder);
  packFixtures();
}
