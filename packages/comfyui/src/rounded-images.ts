import type { ComfyNode } from './comfy-graph.js';
import type { Conversion } from './conversion.js';
import { readersOf } from './give-values.js';

// Images go from node to node in 8 bits here, and as floats in ComfyUI.

// What they compute lies between the levels of 8 bits.
const COMPUTES: ReadonlySet<string> = new Set([
  'ImageBlend',
  'ImageBlur',
  'ImageCompositeMasked',
  'ImageScale',
  'ImageScaleBy',
  'ImageScaleToTotalPixels',
  'ImageSharpen',
  'ImageUpscaleWithModel',
  'VAEDecode',
  'VAEDecodeTiled',
]);
// They hand pixels on as they are.
const HANDS_ON: ReadonlySet<string> = new Set([
  'ImageBatch',
  'ImageCrop',
  'ImageFromBatch',
  'ImagePadForOutpaint',
  'RepeatImageBatch',
]);
// They cut down to levels in ComfyUI as well.
const WRITES: ReadonlySet<string> = new Set(['PreviewImage', 'SaveImage', 'SaveImageWebsocket']);
const RESIZES: ReadonlySet<string> = new Set(['ImageScale', 'ImageScaleBy', 'ImageScaleToTotalPixels']);
// Of Pillow, which takes and gives levels.
const ON_LEVELS = 'lanczos';
const COPIES_PIXELS = 'nearest-exact';

/** Says of the nodes that read an image with more than 8 bits in ComfyUI that they read it rounded here. */
export function noteRoundedImages(conversion: Conversion): void {
  const { nodes } = conversion.graph;
  const readers = readersOf(nodes);
  // A set that grows is walked to its end.
  const finer = new Set([...nodes.values()].filter((node) => node.mode === 'run' && computes(node)));
  for (const source of finer) {
    for (const { reader, slot } of readers.get(source.id) ?? []) {
      if (slot !== 0 || reader.mode === 'mute') continue;
      if (reader.mode === 'bypass' || handsOn(reader)) finer.add(reader);
      else if (!cutsToLevels(reader)) {
        conversion.noteDifference(reader, `The image of ${source.type} ${source.id} is rounded to 8 bits before it.`);
      }
    }
  }
}

const methodOf = ({ values }: ComfyNode) => values['upscale_method'];

function computes(node: ComfyNode): boolean {
  const isOnLevels = methodOf(node) === ON_LEVELS || methodOf(node) === COPIES_PIXELS;
  return COMPUTES.has(node.type) && !(RESIZES.has(node.type) && isOnLevels);
}

function handsOn(node: ComfyNode): boolean {
  return HANDS_ON.has(node.type) || (RESIZES.has(node.type) && methodOf(node) === COPIES_PIXELS);
}

function cutsToLevels(node: ComfyNode): boolean {
  return WRITES.has(node.type) || (RESIZES.has(node.type) && methodOf(node) === ON_LEVELS);
}
