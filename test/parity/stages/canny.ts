import { readFileSync } from 'node:fs';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { cannyEdgesNode } from '@unclip-studio/nodes-unclip/testing';
import { decodeImage } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import type { ParityStage } from '../parity-stage.js';
import { PipelineRecorder } from '../pipeline-recorder.js';

/** OpenCV's Canny, by the node. */
export const canny: ParityStage = {
  stage: 'canny',
  async run(goldenCase, set) {
    const { image: name, channels, low, high, aperture, l2 } = goldenCase.params;
    const source = await decodeImage(readFileSync(set.path(String(name))), String(name));
    const params = {
      ...{ low, high, aperture: `${aperture} px`, norm: l2 ? 'l2' : 'l1' },
      channels: channels === 'gray' ? 'brightness' : 'colour',
    };
    const { context } = new PipelineRecorder(goldenCase, set, {
      run: () => Promise.reject(new Error('Canny runs no model')),
    });
    const { image } = await cannyEdgesNode.evaluate({ inputs: { image: [source] }, params }, context);
    const [edges] = image as readonly RgbImage[];
    const levels = (edges?.data ?? new Uint8Array()).filter((_, i) => i % 3 === 0);
    return new CaseChecks(goldenCase, set).output('edges_hw', levels, { tolerance: 'exact' }).result();
  },
};
