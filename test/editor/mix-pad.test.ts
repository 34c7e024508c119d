import { anchorsFor, pointOf, previewWorkflow, sharesAt, within } from '@unclip-studio/editor/mixing';
import { createCatalog, planRun, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const catalog = createCatalog(unclipNodes);

const counts = fc.integer({ min: 2, max: 8 });
const somewhere = fc.record({
  x: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
  y: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
});

describe('a point among the parts', () => {
  test('shares itself out: shares from 0 to 1, which add up to 1', () => {
    fc.assert(
      fc.property(counts, somewhere, (count, point) => {
        const anchors = anchorsFor(count);
        const shares = sharesAt(within(point, anchors), anchors);

        expect(Math.min(...shares)).toBeGreaterThanOrEqual(-1e-9);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  test('is found again from its shares', () => {
    fc.assert(
      fc.property(counts, somewhere, (count, point) => {
        const anchors = anchorsFor(count);
        const inside = within(point, anchors);

        const found = pointOf(sharesAt(inside, anchors), anchors);

        expect(Math.hypot(found.x - inside.x, found.y - inside.y)).toBeLessThan(1e-4);
      }),
    );
  });

  test('counts one part alone at its place, two on the line between them, and all alike in the middle', () => {
    const corners = anchorsFor(4);
    const round = (shares: readonly number[]) => shares.map((share) => Math.round(share * 1e6) / 1e6);

    expect(round(sharesAt({ x: 1, y: 1 }, corners))).toEqual([0, 0, 1, 0]);
    expect(round(sharesAt({ x: 0.25, y: 0 }, corners))).toEqual([0.75, 0.25, 0, 0]);
    expect(round(sharesAt({ x: 0.5, y: 0.5 }, corners))).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(round(sharesAt({ x: 0.3, y: 0.5 }, anchorsFor(2)))).toEqual([0.7, 0.3]);
  });

  test('weights that are not normalized still have a position', () => {
    expect(pointOf([1, 1, 1, 1], anchorsFor(4))).toEqual({ x: 0.5, y: 0.5 });
    expect(pointOf([3, -2], anchorsFor(2))).toEqual({ x: 0, y: 0.5 });
    expect(pointOf([0, 0], anchorsFor(2))).toEqual({ x: 0.5, y: 0.5 });
  });
});

test('a pad moves the weights of the inputs that a node declares to mix', () => {
  const [blend, ...others] = unclipNodes.filter(({ mix }) => mix !== undefined);

  expect([blend?.type, others]).toEqual(['BlendEmbeds', []]);
  expect(blend?.mix?.map(({ input, weight }) => `${input} ${weight}`)).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `embed${number} weight${number}`),
  );
});

describe('a preview run', () => {
  const whole: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      model: { type: 'LoadModel' },
      photo: { type: 'LoadImage', params: { image: 'red-heart.png' } },
      embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'photo.image' } },
      mix: {
        type: 'BlendEmbeds',
        inputs: { embed1: 'embed.embed', embed2: 'embed.embed' },
        params: { mode: 'spherical' },
      },
      noise: { type: 'NoiseAugment', inputs: { embed: 'mix.embed' } },
      prompt: { type: 'TextEncode', inputs: { text: 'model.text' } },
      sample: {
        type: 'UNetSample',
        inputs: { unet: 'model.unet', prompt: 'prompt.conditioning', image: 'noise.condition' },
        params: { count: 4, onlyImage: 3, guidanceScale: 5 },
      },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
      grid: { type: 'ImageGrid', inputs: { image1: 'decode.image' } },
      save: { type: 'SaveImage', inputs: { image: 'grid.image' } },
    },
  };
  const definitionOf = (id: string) => catalog.types.get(whole.nodes[id]?.type ?? '');

  test('shows one image of few steps, and saves nothing', () => {
    const preview = previewWorkflow(whole, { node: 'mix', params: { weight1: 0.25 } }, definitionOf);

    expect(preview?.targets).toEqual(['preview']);
    expect(preview?.workflow.nodes).toEqual({
      ...whole.nodes,
      mix: { ...whole.nodes['mix'], params: { mode: 'spherical', weight1: 0.25 } },
      sample: { ...whole.nodes['sample'], params: { count: 1, onlyImage: 0, guidanceScale: 5, steps: 6 } },
      preview: { type: 'PreviewImage', inputs: { image: 'decode.image' } },
    });
    const planned = preview && planRun(preview.workflow, catalog, preview.targets);
    expect(planned?.ok && planned.value.nodes.map(({ id }) => id)).not.toContain('save');
  });

  test('is none where no image is made of the mixture', () => {
    const { mix, embed, photo, model } = whole.nodes;
    const alone = { ...whole, nodes: { mix, embed, photo, model } } as Workflow;

    expect(previewWorkflow(alone, { node: 'mix', params: {} }, definitionOf)).toBeUndefined();
  });
});
