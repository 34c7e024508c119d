import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packFixtures, setup as unpackFixtures } from '../support/unpack-fixtures.js';
import { type GoldenCase, GoldenSet } from './golden-set.js';

// npx tsx test/parity/make-subset.ts FULL_SET test/golden     cuts a golden set down to what a checkout can carry
// npx tsx test/parity/make-subset.ts FAMILY_SET test/golden-family     the same for the set of adapters, few steps and pickles
// npx tsx test/parity/make-subset.ts --pack                   only packs the files again, after one of them was changed
//
// At least one case of every stage stays, and everything that the kept cases read lies inside the new folder.

/** Of adapters, few steps, lists and pickles: a case stays if its id matches; the names are those of the set "dev". */
const KEPT_OF_FAMILY: readonly RegExp[] = [
  /^scheduler\/(lcm|tcd_eta|kdpm2_a|sa|sa_o3|ipndm)\.v_prediction\.10$/,
  /^scheduler\/(lcm|tcd)_(clip|eta1|zsnr)\./,
  /^scheduler\/\w+_(exponential|beta)\.epsilon\.4$/,
  /^scheduler\/(\w+_lu|heun_beta|kdpm2_exponential|unipc_exponential|deis_beta|sa_karras|kdpm2_a_karras)\./,
  /^scheduler\/(lcm|tcd)\.original40/,
  // All but one that is optional, and those with many names or bytes.
  /^pickle\/(?!deflated|many_keys)/,
  /^pickle_hostile\/(?!zip_bomb|deep_lists)/,
  /^esrgan\/(x4_new\.7x9|x2_old\.9x7|x8_old|x1_unshuffle\.18x13|x4_half|refused)/,
  /^inpaint_mask\//,
];

/** The same of everything else. */
const KEPT: readonly RegExp[] = [
  /^tokenizer\/tiny-/,
  /^preprocess\/(exif6\.tiny-unclip-h\.|la\.tiny-unclip-h\.direct)/,
  /^preprocess\/(rgba|palette|gray|portrait)\.tiny-unclip-l\./,
  /^image_encoder\/tiny-unclip-h$/,
  /^noise_augment\//,
  /^text_encoder\/tiny-unclip-h\.(clip_skip[12]|cfg_list|cfg_none|cfg_neg)$/,
  /^scheduler\/(ddim|dpmpp_[23]m)\w*\.v_prediction\.10$/,
  /^scheduler\/(ddim|dpmpp_[23]m)\w*\.epsilon\.[12]$/,
  /^scheduler\/(pndm\w*|euler\w*|heun\w*|lms\w*|unipc\w*|deis|kdpm2|ddpm|dpmpp_2s\w*)\.v_prediction\.(2|10)$/,
  /^scheduler\/(from_config\.tiny-unclip-l\.scheduler_epsilon|tables)\./,
  /^unet\/tiny-unclip-[hl]\.[12]$/,
  /^vae_decode\/tiny-unclip-h\.[23]$/,
  /^vae_encode\/tiny-unclip-h\.(3|vae_image_processor)$/,
  /^torch_rng\/(?!.*n(1024|36864)$)/,
  /^pipeline_img2img\/tiny-unclip-h\.(DDIM|DPMSolverMultistep)Scheduler\.nl0\.gs10\.n1\.s4$/,
  /^pipeline_img2img\/tiny-unclip-h\.(own_scheduler|defaults|negative|nonsquare|euler_a|ddim_eta1|dpm_sde|heun|unipc|lms)$/,
  /^pipeline_img2img\/tiny-unclip-h\.(prompt_list|generator_list|image_embeds|latents_given)$/,
  /^pipeline_img2img\/tiny-unclip-l\.epsilon\.ddim_clip$/,
  /^prior_(text|model\/0|scheduler\/(ddpm_from_unclip|unclip_prev_minus_1|unclip_prev_next)\.5)/,
  /^pipeline_txt2img\/(ddpm_prior|unclip_prior|two_images_level300|no_guidance)$/,
  /^single_file\//,
];

function makeSubset(from: string, to: string): void {
  const set = GoldenSet.open(from);
  const kept = basename(to) === 'golden-family' ? KEPT_OF_FAMILY : KEPT;
  const cases = set.cases.filter(({ id }) => kept.some((pattern) => pattern.test(id))).map(withoutMostImages);
  rmSync(to, { recursive: true, force: true });
  for (const path of new Set(cases.flatMap(pathsOf))) copy(set.path(path), join(to, insidePath(path)), cases);
  for (const file of new Set(cases.map((goldenCase) => goldenCase.file))) {
    const kept = cases.filter((goldenCase) => goldenCase.file === file);
    if (file.endsWith('.json')) copyRows(set.path(file), join(to, file), kept);
    else if (file.startsWith('goldens/')) copyTensors(set.path(file), join(to, file), kept);
  }
  const manifest = { ...(set.json('manifest.json') as object), set: `${set.name}-subset`, cases: cases.map(toEntry) };
  writeFileSync(join(to, 'manifest.json'), `${JSON.stringify(manifest)}\n`);
  console.log(`${cases.length} of ${set.cases.length} cases kept`);
}

/**
 * The image of a pipeline is its last latents decoded, and the decoder has cases of its own, for batches too. So one image a
 * size and checkpoint stays; the other cases keep the latents after each step.
 */
const KEPT_IMAGES =
  /\/(tiny-unclip-h\.(own_scheduler|nonsquare|latents_given)|tiny-unclip-l\.epsilon\.ddim_clip|ddpm_prior)$/;

function withoutMostImages(goldenCase: GoldenCase): GoldenCase {
  if (!goldenCase.stage.startsWith('pipeline_') || KEPT_IMAGES.test(goldenCase.id)) return goldenCase;
  const outputs = Object.entries(goldenCase.outputs).filter(([name]) => name !== 'image_nhwc');
  return { ...goldenCase, outputs: Object.fromEntries(outputs) };
}

/** The files and folders a case reads in addition to its tensors, relative to the set. */
function pathsOf({ params }: GoldenCase): readonly string[] {
  const images = [params['image'], params['images'], params['mask']]
    .flat()
    .filter((name) => String(name).startsWith('images/'));
  const folders = [params['folder'], params['file']];
  const checkpoints = [params['checkpoint'], params['prior_checkpoint']].flatMap((name) =>
    typeof name === 'string' ? [`checkpoints/${name}`] : [],
  );
  return [...images, ...folders, ...checkpoints].filter((path) => typeof path === 'string');
}

/** What the manifest reaches outside the set moves inside. */
function insidePath(path: string): string {
  return path.replace(/^(\.\.\/)+/, '');
}

function copy(from: string, to: string, cases: readonly GoldenCase[]): void {
  const half = cases.some(({ params }) => params['variant'] === 'fp16');
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (path) => half || !basename(path).includes('.fp16.') });
}

function copyRows(from: string, to: string, kept: readonly GoldenCase[]): void {
  const all = JSON.parse(readFileSync(from, 'utf8')) as Readonly<Record<string, unknown>>;
  const names = kept.map(({ id }) => id.slice(id.indexOf('/') + 1));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]]))));
}

interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Writes a safetensors file with the tensors of the kept cases. */
function copyTensors(from: string, to: string, kept: readonly GoldenCase[]): void {
  const file = readFileSync(from);
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Readonly<Record<string, TensorEntry>>;
  const keys = new Set(
    kept.flatMap(({ inputs, outputs }) => Object.values({ ...inputs, ...outputs }).map((ref) => ref.key)),
  );
  const newHeader: Record<string, TensorEntry> = {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const key of keys) {
    const entry = header[key];
    if (entry === undefined) throw new Error(`${from} does not hold ${key}`);
    const [start, end] = entry.data_offsets;
    chunks.push(file.subarray(8 + headerBytes + start, 8 + headerBytes + end));
    newHeader[key] = { ...entry, data_offsets: [offset, offset + end - start] };
    offset += end - start;
  }
  const headerText = Buffer.from(JSON.stringify(newHeader));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerText.length));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, Buffer.concat([length, headerText, ...chunks]));
}

function toEntry(goldenCase: GoldenCase): object {
  const { folder } = goldenCase.params;
  const params = typeof folder === 'string' ? { ...goldenCase.params, folder: insidePath(folder) } : goldenCase.params;
  return { ...goldenCase, params, optional: goldenCase.isOptional, may_load: goldenCase.mayLoad };
}

const [from, to] = process.argv.slice(2);
if (from === '--pack') packFixtures();
else if (from === undefined || to === undefined || !existsSync(join(from, 'manifest.json'))) {
  console.error('usage: make-subset.ts FULL_SET TARGET');
  process.exitCode = 2;
} else {
  // The packs contain other files besides those of the set.
  unpackFixtures();
  makeSubset(from, to);
  packFixtures();
}
