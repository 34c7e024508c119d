import { WORKFLOW_FORMAT, WORKFLOW_VERSION, type WorkflowNode } from '@unclip-studio/graph-core';
import type { NodeLayout, WorkflowDocument } from '../document/document.js';
import { readDocument } from '../document/read-document.js';

/** One whole workflow of ten nodes: id, type, place, inputs. */
const BLOCK: readonly (readonly [string, string, number, number, Readonly<Record<string, string>>])[] = [
  ['model', 'LoadModel', 0, 0, {}],
  ['photo', 'LoadImage', 0, 220, {}],
  ['photo2', 'LoadImage', 0, 500, {}],
  ['embed', 'CLIPImageEmbed', 330, 220, { vision: 'model.vision', image: 'photo.image' }],
  ['embed2', 'CLIPImageEmbed', 330, 500, { vision: 'model.vision', image: 'photo2.image' }],
  ['noise', 'NoiseAugment', 640, 300, { embed: 'embed.embed' }],
  ['prompt', 'TextEncode', 330, -60, { text: 'model.text' }],
  [
    'sample',
    'UNetSample',
    960,
    0,
    { unet: 'model.unet', prompt: 'prompt.conditioning', image: 'noise.condition', generator: 'noise.generator' },
  ],
  ['decode', 'VAEDecode', 1300, 0, { vae: 'model.vae', latent: 'sample.latent' }],
  ['save', 'SaveImage', 1620, 0, { image: 'decode.image' }],
];

const BLOCK_WIDTH = 2000;
const BLOCK_HEIGHT = 800;

/** A workflow of `count` nodes: complete small workflows on a grid, about 1.3 links a node. For measurements only. */
export function bigDocument(count: number): WorkflowDocument {
  const blocks = Math.ceil(count / BLOCK.length);
  const columns = Math.max(1, Math.round(Math.sqrt(blocks * 0.45)));
  const nodes: Record<string, WorkflowNode> = {};
  const places: Record<string, NodeLayout> = {};
  let made = 0;
  for (let block = 0; block < blocks; block++) {
    const left = (block % columns) * BLOCK_WIDTH;
    const top = Math.floor(block / columns) * BLOCK_HEIGHT;
    for (const [id, type, x, y, inputs] of BLOCK.slice(0, count - made)) {
      const own = Object.entries(inputs).map(([input, source]) => [input, `b${block}-${source}`]);
      nodes[`b${block}-${id}`] = { type, ...(own.length > 0 && { inputs: Object.fromEntries(own) }) };
      places[`b${block}-${id}`] = { x: left + x, y: top + y };
      made++;
    }
  }
  return readDocument({ format: WORKFLOW_FORMAT, version: WORKFLOW_VERSION, nodes, layout: { nodes: places } });
}
