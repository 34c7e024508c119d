import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LatentFormat, type RgbImage, tensor } from '@unclip-studio/nodes-unclip';
import { vaeDecode } from '@unclip-studio/nodes-unclip/testing';
import {
  createCheckpointService,
  createDecodedPreviews,
  createOrtSessions,
  createPreviewPace,
  type DecodedPreviewsOptions,
} from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';
import { safetensorsFile } from '../../support/safetensors-file.js';
import { taesdOfDiffusers, taesdTensors } from '../../support/taesd-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { torchFile } from '../../support/torch-file.js';

const STABLE_DIFFUSION: LatentFormat = {
  ...{ channels: 4, pixelsPerCell: 8, scalingFactor: 0.18215 },
  ...{ typicalSide: 64, vae: 'of the checkpoint', preview: null },
};
const { decoder: DECODER, encoder: ENCODER } = taesdTensors();
const prefixed = (prefix: string, tensors: typeof DECODER) =>
  Object.fromEntries(Object.entries(tensors).map(([name, one]) => [`${prefix}${name}`, one]));

/** Folder -> file -> content, below a folder for models. */
function modelsWith(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = tempFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

describe('the preview is what VAE Decode makes of the latent with the same TAESD', () => {
  const LATENT = randomTensor([1, 4, 12, 10], 3);
  const config = JSON.stringify({
    ...{ _class_name: 'AutoencoderTiny', latent_channels: 4, scaling_factor: 1 },
    ...{ encoder_block_out_channels: [8, 8, 8, 8], num_encoder_blocks: [1, 1, 1, 2] },
    ...{ decoder_block_out_channels: [8, 8, 8, 8], num_decoder_blocks: [2, 1, 1, 1] },
  });
  const whole = safetensorsFile(taesdOfDiffusers());
  const makers = safetensorsFile({ ...prefixed('taesd_encoder.', ENCODER), ...prefixed('taesd_decoder.', DECODER) });

  test.each([
    ['the decoder alone, as its makers have it', { 'vae_approx/taesd_decoder.safetensors': safetensorsFile(DECODER) }],
    ['the same as a pickle', { 'models/vae_approx/taesd_decoder.pth': torchFile(DECODER) }],
    ['as A1111 has it', { 'VAE-taesd/taesd_decoder.pth': torchFile(DECODER) }],
    ['both parts in one file', { 'vae_approx/taesd.safetensors': makers }],
    ["one file with diffusers' names", { 'vae/taesd.safetensors': whole }],
    [
      'a folder of diffusers',
      { 'vae/taesd/config.json': config, 'vae/taesd/diffusion_pytorch_model.safetensors': whole },
    ],
  ])('%s', async (_, files) => {
    const rig = await decodedRig({ root: modelsWith(files) });
    const vae = await loadedVae(modelsWith({ 'vae/any.safetensors': whole }));

    const drawn = await rig.draw(LATENT);

    const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, {
      vae,
      latent: { samples: LATENT },
    });
    expect(drawn).toEqual({ widthPx: 80, heightPx: 96, data: image[0]?.data });
    expect(new Set(image[0]?.data).size).toBeGreaterThan(50);
    expect(rig.notices).toEqual([]);
  });

  test('several images are arranged in a grid, decoded as small as they are shown', async () => {
    const rig = await decodedRig({
      root: modelsWith({ 'vae_approx/taesd_decoder.safetensors': safetensorsFile(DECODER) }),
      sidePx: 48,
    });
    const row = (level: number) => Array.from({ length: 4 * 6 * 6 }, (_, i) => level + (i % 2));
    const latent = tensor([3, 4, 6, 6], Float32Array.from([0, 1, 2].flatMap(row)));

    const drawn = await rig.draw(latent);

    // 2 x 2 images of 6 cells are 96 px wide, twice as much as is shown; means of 2 x 2 cells are the level and a half.
    const shrunk = tensor([1, 4, 3, 3], new Float32Array(36).fill(1.5));
    const second = await (await decodedRig({ root: rig.root, sidePx: 24 })).draw(shrunk);
    expect(drawn).toMatchObject({ widthPx: 48, heightPx: 48 });
    expect(cut(drawn, { left: 24, top: 0, sidePx: 24 })).toEqual(second?.data);
  });
});

describe('the linear map is used', () => {
  const withTaesd = () => modelsWith({ 'vae_approx/taesd_decoder.safetensors': safetensorsFile(DECODER) });

  test('if there is no TAESD, or one for other latents', async () => {
    const rig = await decodedRig({
      root: modelsWith({ 'vae_approx/taesdxl_decoder.safetensors': safetensorsFile(DECODER) }),
    });

    expect(rig.offer(randomTensor([1, 4, 2, 2], 1))).toBe('linear');
    expect(rig.notices).toEqual([]);
  });

  test.each([
    ["with a scale that is not Stable Diffusion's", { scalingFactor: 0.3 }],
    ['whose checkpoint brings a map of its own', { preview: { matrix: [], bias: [] } }],
  ])('for latents %s', async (_, format) => {
    const rig = await decodedRig({ root: withTaesd() });

    expect(rig.offer(randomTensor([1, 4, 2, 2], 1), format)).toBe('linear');
    expect(rig.offer(randomTensor([1, 4, 2, 2], 1))).toBeInstanceOf(Promise);
  });

  test('while the model does not fit in addition to the loaded ones', async () => {
    const rig = await decodedRig({ root: withTaesd(), memoryBudgetBytes: 1000 });

    expect(await rig.draw(randomTensor([1, 4, 2, 2], 1))).toBeUndefined();
    expect(rig.offer(randomTensor([1, 4, 2, 2], 1))).toBe('linear');
    expect(rig.notices).toEqual([]);
  });

  test('after a TAESD that cannot be read, which is reported once', async () => {
    const rig = await decodedRig({ root: modelsWith({ 'vae_approx/taesd_decoder.safetensors': 'no weights' }) });

    for (const run of ['a', 'b', 'c']) {
      expect(rig.offer(randomTensor([1, 4, 2, 2], 1), {}, run)).toBe('linear');
      await rig.opened();
    }

    expect(rig.notices).toHaveLength(1);
    expect(rig.notices[0]).toMatch(
      /^Previews are drawn by the linear map, since their decoder failed: TAESD "taesd_decoder\.safetensors": /,
    );
  });

  test('if a TAESD is requested and none is installed, with one warning per sampling', async () => {
    const sampledBy = async (isAuto: boolean) => {
      const rig = await decodedRig({ root: modelsWith({}), isAuto });
      for (const run of ['a', 'a', 'a', 'b', 'b']) {
        expect(rig.offer(randomTensor([1, 4, 2, 2], 1), {}, run)).toBe('linear');
        await rig.opened();
      }
      return rig.notices;
    };

    const notice = expect.stringMatching(
      /no TAESD .* installed\. Download taesd_decoder\.safetensors .* models\/vae_approx/,
    );
    expect(await sampledBy(false)).toEqual([notice, notice]);
    expect(await sampledBy(true)).toEqual([]);
  });

  test('after a TAESD that fails when it is run, which is reported once', async () => {
    const rig = await decodedRig({ root: withTaesd(), fails: true });

    expect(await rig.draw(randomTensor([1, 4, 2, 2], 1))).toBeUndefined();
    expect(rig.offer(randomTensor([1, 4, 2, 2], 1), {}, 'another')).toBe('linear');

    expect(rig.notices).toEqual([
      'Previews are drawn by the linear map, since their decoder failed: TAESD "taesd_decoder.safetensors": no such kernel',
    ]);
  });
});

test('a decoder without its encoder is not a VAE, and says what it is for', async () => {
  const opened = loadedVae(modelsWith({ 'vae/any.safetensors': safetensorsFile(DECODER) }));

  await expect(opened).rejects.toThrow(/this is the decoder of a TAESD alone, which previews can be drawn with/);
});

describe('sampling is hardly slower', () => {
  /** Steps of a time, with images that take `costMs`; what was chosen for each. */
  function choices(stepMs: number, costMs: number, { isAuto = true, steps = 60 } = {}) {
    let nowMs = 0;
    const pace = createPreviewPace({ isAuto, now: () => nowMs });
    let spentMs = 0;
    const made = Array.from({ length: steps }, () => {
      nowMs += stepMs;
      const choice = pace.choose('a', 100);
      if (choice === 'decode') {
        nowMs += costMs;
        spentMs += costMs;
        pace.spent(100, costMs);
      }
      return choice;
    });
    return { made, share: (spentMs - costMs) / (steps * stepMs) };
  }

  test.each([
    [10_000, 700],
    [3_000, 100],
    [50, 8],
    [1_000, 20],
  ])(
    'with steps of %i ms and images of %i ms, the first one not counted: a twentieth of the time at most',
    (stepMs, costMs) => {
      for (const isAuto of [true, false]) {
        const { made, share } = choices(stepMs, costMs, { isAuto });

        expect(share).toBeLessThanOrEqual(0.05);
        expect(made[0]).toBe('decode');
        // Between two images of the model nothing else flickers.
        expect(made).not.toContain('linear');
        expect(made.filter((choice) => choice === 'decode').length).toBeGreaterThan(5);
      }
    },
  );

  test('by default the model is not used if its images would be rare, and on request it is', () => {
    const auto = choices(300, 400);
    const asked = choices(300, 400, { isAuto: false });

    expect(new Set(auto.made.slice(1))).toEqual(new Set(['linear']));
    expect(asked.made).toContain('decode');
    expect(asked.share).toBeLessThanOrEqual(0.05);
  });
});

interface RigOptions extends Partial<Pick<DecodedPreviewsOptions, 'isAuto' | 'sidePx'>> {
  readonly root: string;
  readonly memoryBudgetBytes?: number;
  readonly fails?: boolean;
}

/** Previews by what lies in a folder for models, with the real runtime. */
async function decodedRig({ root, isAuto = false, sidePx = 384, memoryBudgetBytes = 1e9, fails = false }: RigOptions) {
  const sessions = createOrtSessions({ memoryBudgetBytes });
  onTestFinished(() => sessions.close());
  const checkpoints = createCheckpointService({ roots: [root] });
  const notices: string[] = [];
  let opening: Promise<unknown> = Promise.resolve();
  const decoded = createDecodedPreviews({
    ...{ isAuto, sidePx },
    open() {
      const opened = checkpoints.openPreviewDecoder();
      opening = opened.catch(() => {});
      return opened;
    },
    async runBeside(model, feeds) {
      if (fails) throw new Error('no such kernel');
      return sessions.runBeside(model, feeds);
    },
    onNotice: (words) => notices.push(words),
  });
  const opened = async () => {
    await opening;
    await new Promise(setImmediate);
  };
  decoded.prepare();
  await opened();
  const offer = (latent: ReturnType<typeof tensor>, format: Partial<LatentFormat> = {}, run = 'a') =>
    decoded.draw({ latent, format: { ...STABLE_DIFFUSION, ...format } }, run);
  return {
    ...{ root, notices, opened, offer },
    async draw(latent: ReturnType<typeof tensor>) {
      const drawn = offer(latent);
      if (typeof drawn === 'string') throw new Error(`expected a preview to be decoded, got "${drawn}"`);
      return drawn;
    },
  };
}

const loadedVae = (root: string) => createCheckpointService({ roots: [root] }).openModel('vae', 'any.safetensors');

function cut(
  image: { readonly widthPx: number; readonly data: Uint8Array } | undefined,
  { left, top, sidePx }: { readonly left: number; readonly top: number; readonly sidePx: number },
): Uint8Array {
  const rows = Array.from({ length: sidePx }, (_, y) => {
    const start = 3 * ((top + y) * (image?.widthPx ?? 0) + left);
    return image?.data.subarray(start, start + 3 * sidePx) ?? new Uint8Array();
  });
  return Uint8Array.from(rows.flatMap((row) => [...row]));
}
