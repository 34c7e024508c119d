import { importComfyUi } from '@unclip-studio/comfyui';
import { cardBoxes, type EditorCatalog, openWorkflow, overlaps } from '@unclip-studio/editor/catalog';
import { readDocument } from '@unclip-studio/editor/document';
import { createCatalog } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expect, test } from 'vitest';
import { type UiNodeFacts, UNCLIP_2PASS, UNCLIP_MULTIPLE, uiFile } from '../comfyui/ui-file.js';

const catalog = createCatalog(unclipNodes);

// One below the other, as close as ComfyUI's small cards may stand.
const DENSE = Object.fromEntries(
  [...Object.entries(UNCLIP_2PASS), ...Object.entries(UNCLIP_MULTIPLE)].map(([id, facts], place) => {
    const wired = { ...facts, more: { pos: [Math.floor(place / 6) * 290, (place % 6) * 70] } };
    return [id, wired satisfies UiNodeFacts];
  }),
);

test.each([
  ['two passes', UNCLIP_2PASS],
  ['two images', UNCLIP_MULTIPLE],
  ['a crowd', DENSE],
])('in imports from ComfyUI, no card covers another or a note: %s', (_, facts) => {
  const note = { type: 'Note', widgets: ['Read me'], more: { pos: [10, 300], size: [200, 100] } };
  const { workflow } = importComfyUi(JSON.stringify(uiFile({ ...facts, '90': note })));

  const boxes = [...cardBoxes(readDocument(workflow), catalog)];

  const covered = boxes.flatMap(([id, box], i) =>
    boxes.slice(i + 1).flatMap(([other, otherBox]) => (overlaps(box, otherBox) ? [`${id} and ${other}`] : [])),
  );
  expect(covered).toEqual([]);
  const [{ x, y, width, height }] = (
    workflow.layout as { notes: [{ x: number; y: number; width: number; height: number }] }
  ).notes;
  expect(boxes.filter(([, box]) => overlaps(box, { x, y, width, height })).map(([id]) => id)).toEqual([]);
});

test('a prompt of ComfyUI, which has no places, is laid out with no card over another, in columns from left to right', () => {
  const sampler = { seed: 1, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 };
  const prompt = {
    1: { class_type: 'unCLIPCheckpointLoader', inputs: { ckpt_name: 'sd21-unclip-h.ckpt' } },
    2: { class_type: 'LoadImage', inputs: { image: 'cat.png' } },
    3: { class_type: 'LoadImage', inputs: { image: 'dog.png' } },
    4: { class_type: 'CLIPVisionEncode', inputs: { clip_vision: ['1', 3], image: ['2', 0], crop: 'center' } },
    5: { class_type: 'CLIPVisionEncode', inputs: { clip_vision: ['1', 3], image: ['3', 0], crop: 'center' } },
    6: { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'a cat' } },
    7: { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'blurred' } },
    8: {
      class_type: 'unCLIPConditioning',
      inputs: { conditioning: ['6', 0], clip_vision_output: ['4', 0], strength: 1, noise_augmentation: 0 },
    },
    9: { class_type: 'EmptyLatentImage', inputs: { width: 768, height: 768, batch_size: 1 } },
    10: {
      class_type: 'KSampler',
      inputs: { ...sampler, model: ['1', 0], positive: ['8', 0], negative: ['7', 0], latent_image: ['9', 0] },
    },
    11: { class_type: 'VAEDecode', inputs: { samples: ['10', 0], vae: ['1', 2] } },
    12: { class_type: 'SaveImage', inputs: { images: ['11', 0], filename_prefix: 'x' } },
    13: { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  };
  const { workflow } = importComfyUi(JSON.stringify(prompt));

  const document = openWorkflow(workflow, catalog as EditorCatalog);

  const boxes = [...cardBoxes(document, catalog as EditorCatalog)];
  const covered = boxes.flatMap(([id, box], i) =>
    boxes.slice(i + 1).flatMap(([other, otherBox]) => (overlaps(box, otherBox) ? [`${id} and ${other}`] : [])),
  );
  expect(covered).toEqual([]);
  expect(boxes.length).toBeGreaterThan(8);
  const places = document.layout.nodes;
  for (const [id, { inputs = {} }] of Object.entries(workflow.nodes)) {
    for (const link of Object.values(inputs)) {
      expect(places[link.split('.')[0] ?? '']?.x).toBeLessThan(places[id]?.x ?? 0);
    }
  }
});
