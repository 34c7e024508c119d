import { defineNode, type RgbImage } from 'unclip-studio/nodes';

// Rec. 709.
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722];

const colourGrade = defineNode({
  type: 'ColourGrade',
  version: 1,
  title: 'Colour grade',
  description: 'Changes exposure, contrast, saturation and temperature of images.',
  keywords: ['color grading', 'brightness', 'contrast', 'saturation', 'white balance'],
  category: 'image',
  pure: true,
  inputs: { image: { type: 'image', help: 'The images to grade.' } },
  outputs: { image: { type: 'image', help: 'The graded images.' } },
  params: {
    exposure: {
      kind: 'number',
      default: 0,
      min: -5,
      max: 5,
      step: 0.1,
      unit: 'stops',
      help: 'One stop doubles the light.',
    },
    contrast: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 4,
      step: 0.05,
      help: 'Around middle gray; 1 changes nothing.',
    },
    saturation: { kind: 'number', default: 1, min: 0, max: 4, step: 0.05, help: '0 gives gray; 1 changes nothing.' },
    temperature: {
      kind: 'number',
      default: 0,
      min: -1,
      max: 1,
      step: 0.05,
      help: 'Towards blue below 0, towards orange above.',
    },
  },
  async evaluate({ inputs, params }, { services }) {
    const table = toneTable(params);
    const matrix = colourMatrix(params);
    const image = inputs.image.map(({ width, height, data }: RgbImage) => {
      const graded = data.slice();
      services.bulk.lookUp(graded, table);
      services.bulk.mixChannels(graded, matrix);
      return { width, height, data: graded };
    });
    return { image };
  },
});

/** Exposure in linear light, then contrast around middle gray; 256 levels. */
function toneTable({ exposure, contrast }: { readonly exposure: number; readonly contrast: number }): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => {
    const linear = (level / 255) ** 2.2 * 2 ** exposure;
    const encoded = Math.min(1, linear) ** (1 / 2.2);
    return Math.round(255 * Math.min(1, Math.max(0, (encoded - 0.5) * contrast + 0.5)));
  });
}

/** Rows of red, green and blue: saturation about the luma, then the gains of the temperature. */
function colourMatrix({
  saturation: s,
  temperature: t,
}: {
  readonly saturation: number;
  readonly temperature: number;
}) {
  const gains = [1 + 0.2 * t, 1, 1 - 0.2 * t];
  const luma = [RED, GREEN, BLUE];
  return gains.flatMap((gain, row) => [
    ...luma.map((weight, column) => gain * ((1 - s) * weight + (row === column ? s : 0))),
    0,
  ]);
}

export const nodes = [colourGrade];
