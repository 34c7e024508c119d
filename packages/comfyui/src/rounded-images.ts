import type { ComfyNode } from './comfy-graph.js';
import type { Conversion } from './conversion.js';
import { readersOf } from './give-values.js';
import { numberOf } from './rules/value-readers.js';

// Images and masks go from node to node in 8 bits here, and as floats in ComfyUI.

/** An output of a node, and its values. */
interface Output {
  readonly node: ComfyNode;
  readonly slot: number;
  readonly kind: 'image' | 'mask';
}

interface Reading {
  readonly reader: ComfyNode;
  readonly input: string;
  readonly output: Output;
}

// Their results are between the levels of 8 bits.
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
const HANDS_ON_MASKS: ReadonlySet<string> = new Set(['GrowMask', 'InvertMask', 'MaskComposite']);
// They cut down to levels in ComfyUI as well.
const WRITES: ReadonlySet<string> = new Set(['PreviewImage', 'SaveImage', 'SaveImageWebsocket']);
const RESIZES: ReadonlySet<string> = new Set(['ImageScale', 'ImageScaleBy', 'ImageScaleToTotalPixels']);
// Of Pillow, which takes and gives levels.
const ON_LEVELS = 'lanczos';
const COPIES_PIXELS = 'nearest-exact';

/** Notes for the nodes that read an image or a mask with more than 8 bits in ComfyUI that they read it rounded here. */
export function noteRoundedImages(conversion: Conversion): void {
  const { nodes } = conversion.graph;
  const readers = readersOf(nodes);
  const finer = [...nodes.values()].flatMap((node) => (node.mode === 'run' ? computedBy(node, conversion) : []));
  const known = new Set(finer.map(({ node, slot }) => `${node.id} ${slot}`));
  // A list that grows is walked to its end.
  for (const output of finer) {
    for (const { reader, slot, input } of readers.get(output.node.id) ?? []) {
      if (slot !== output.slot || reader.mode === 'mute') continue;
      const reading = { reader, input, output };
      if (reader.mode === 'bypass' || handsOn(reading)) {
        const next = { node: reader, slot: 0, kind: output.kind };
        if (!known.has(`${reader.id} 0`)) finer.push(next);
        known.add(`${reader.id} 0`);
      } else if (!cutsToLevels(reading, conversion)) {
        const { kind, node } = output;
        conversion.noteDifference(reader, `The ${kind} of ${node.type} ${node.id} is rounded to 8 bits before it.`);
      }
    }
  }
}

const methodOf = ({ values }: ComfyNode) => values['upscale_method'];

/** The outputs of a node that have more than 8 bits whatever it reads. */
function computedBy(node: ComfyNode, conversion: Conversion): readonly Output[] {
  const image = { node, slot: 0, kind: 'image' } as const;
  switch (node.type) {
    case 'FeatherMask':
      return [{ node, slot: 0, kind: 'mask' }];
    case 'MaskComposite':
      return multipliesLevels(node, conversion) ? [{ node, slot: 0, kind: 'mask' }] : [];
    case 'ImagePadForOutpaint': {
      // Its grey is 0.5, which is between two levels.
      const isSoft = numberOf(node.values['feathering'], 40) > 0;
      return isSoft ? [image, { node, slot: 1, kind: 'mask' }] : [image];
    }
    default: {
      const isOnLevels = methodOf(node) === ON_LEVELS || methodOf(node) === COPIES_PIXELS;
      return COMPUTES.has(node.type) && !(RESIZES.has(node.type) && isOnLevels) ? [image] : [];
    }
  }
}

/** Whether two masks that may be grey are multiplied; one that is the same everywhere and not grey leaves levels as they are. */
function multipliesLevels(node: ComfyNode, conversion: Conversion): boolean {
  if ((node.values['operation'] ?? 'multiply') !== 'multiply') return false;
  return ['destination', 'source'].every((input) => {
    const source = conversion.source(node, input)?.node;
    return source?.type !== 'SolidMask' || ![0, 1].includes(numberOf(source.values['value'], 1));
  });
}

function handsOn({ reader, output }: Reading): boolean {
  if (output.kind === 'mask') return HANDS_ON_MASKS.has(reader.type);
  return HANDS_ON.has(reader.type) || (RESIZES.has(reader.type) && methodOf(reader) === COPIES_PIXELS);
}

function cutsToLevels({ reader, input, output }: Reading, conversion: Conversion): boolean {
  if (reader.type === 'VAEEncodeForInpaint') {
    // It reads a mask as black or white, and outputs the white part as grey.
    const { node, slot } = conversion.source(reader, 'mask') ?? {};
    return output.kind === 'mask' || (input === 'pixels' && node === output.node && slot === 1);
  }
  return WRITES.has(reader.type) || (RESIZES.has(reader.type) && methodOf(reader) === ON_LEVELS);
}
