import { importComfyUi } from '@unclip-studio/comfyui';
import { cardBoxes, overlaps } from '@unclip-studio/editor/catalog';
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
