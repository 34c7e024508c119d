import { resolve } from 'node:path';
import { type Embed, openPriorCheckpoint } from '@unclip-studio/nodes-unclip';
import { EmbedWidthError, imagePrior } from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';

// That the numbers are diffusers' own is compared in test/parity, stages prior_* and pipeline_txt2img.

const golden = (name: string) => resolve(import.meta.dirname, '../../golden/checkpoints', name);
const folder = localCheckpointFolder(golden('tiny-karlo-prior'));
const prior = { checkpoint: await openPriorCheckpoint('tiny-karlo-prior', folder, { hash: sha256 }) };
const { vision } = await openTestCheckpoint(golden('tiny-unclip-l'));

type Imagined = { readonly embed: Embed; readonly generator: { readonly state: unknown } };
const imagine = (params: object) => evaluateNode<Imagined>(imagePrior, { prior, vision }, { steps: 3, ...params });

test('a prompt gives the requested number of embeddings, all different, for the checkpoint that will draw', async () => {
  const { embed } = await imagine({ prompt: 'a fox', count: 3 });

  const rows = [0, 1, 2].map((row) => embed.rows.data.slice(24 * row, 24 * row + 24).join());
  expect(embed.rows.dims).toEqual([3, 24]);
  expect(new Set(rows).size).toBe(3);
  expect(embed.space).toBe(vision.embeds);
});

test('the negative prompt counts while guidance is on', async () => {
  const embedOf = async (params: object) => (await imagine({ prompt: 'a fox', ...params })).embed.rows.data;

  expect(await embedOf({ guidanceScale: 1, negativePrompt: 'blue' })).toEqual(await embedOf({ guidanceScale: 1 }));
  expect(await embedOf({ guidanceScale: 2, negativePrompt: 'blue' })).not.toEqual(await embedOf({ guidanceScale: 2 }));
});

test('a connected generator goes before the seed, and the stream is handed on', async () => {
  const { generator } = await imagine({ seed: 4 });

  const first = await evaluateNode<Imagined>(imagePrior, { prior, vision, generator }, { steps: 3, seed: 1 });
  const second = await evaluateNode<Imagined>(imagePrior, { prior, vision, generator }, { steps: 3, seed: 2 });

  expect(first).toEqual(second);
  expect(first.generator.state).not.toEqual(generator.state);
});

test('a prior of another CLIP model is refused with both widths', async () => {
  const { vision: other } = await openTestCheckpoint(golden('tiny-unclip-h'));

  await expect(evaluateNode(imagePrior, { prior, vision: other })).rejects.toThrow(
    new EmbedWidthError(
      'ImagePrior: the prior "tiny-karlo-prior" makes CLIP embeddings of width 24, but the checkpoint "test" was trained ' +
        `on embeddings of width ${other.embeds.width}. Take a prior and a checkpoint of one CLIP model: Karlo goes with ` +
        'the unCLIP checkpoints of CLIP ViT-L, width 768.',
    ),
  );
});
