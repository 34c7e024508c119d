import { readFileSync } from 'node:fs';
import { upscaleImage, upscaleToTensor } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { CaseChecks, expectRefusal, toLevelTolerance } from '../compare.js';
import { openGoldenModel } from '../golden-checkpoint.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** An upscaler out of a file: what it was recognised as, the image in floats and in 8 bits, and its first layers. */
export const esrgan: ParityStage = {
  stage: 'esrgan',
  async run(goldenCase, set) {
    const { params } = goldenCase;
    const open = () => openGoldenModel(set, 'upscaler', String(params['file']));
    if (goldenCase.error !== null) return expectRefusal(goldenCase, open);
    const upscaler = await open();
    const { config, scale } = upscaler;
    const name = String(params['image']);
    const image = await decodeImage(readFileSync(set.path(name)), name);
    const modules = Object.keys(goldenCase.outputs).filter((output) => output.startsWith('hidden.'));
    const hidden: Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }> = {};
    const inference: Parameters<typeof upscaleToTensor>[1]['inference'] = {
      async run(_, feeds) {
        const [, , h = 0, w = 0] = feeds['pixels']?.dims ?? [];
        const moduleResults = modules.map((output) => output.slice('hidden.'.length));
        const outputs = await sessions.run(upscaler.request({ h, w }, { moduleResults }), feeds);
        for (const output of moduleResults) if (outputs[output]) hidden[`hidden.${output}`] = outputs[output];
        return outputs;
      },
    };
    const { signal } = new AbortController();
    const options = { upscaler, inference, tiling: 'off', signal } as const;
    const floats = await upscaleToTensor(image, options);
    const levels = await upscaleImage(image, { ...options, inference: sessions });
    const { uint8 } = goldenCase.tolerance as { readonly uint8: unknown };
    const checks = new CaseChecks(goldenCase, set)
      .equal('scale', scale, params['scale'])
      .equal(
        'config',
        [config.upsamplings, config.blocks, config.features, config.growth],
        [params['upsamplings'], params['blocks'], params['features'], params['growth']],
      )
      .output('output', floats.data, { dims: floats.dims })
      .levels('image_uint8_hwc', levels.data, toLevelTolerance(uint8));
    for (const output of modules) checks.output(output, hidden[output]?.data ?? []);
    return checks.result();
  },
  close: () => sessions.close(),
};
