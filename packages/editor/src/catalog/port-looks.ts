/** Shapes tell families of types apart without colour. */
export type SocketShape = 'circle' | 'diamond' | 'square' | 'triangle';

export interface PortLooks {
  readonly colour: string;
  readonly shape: SocketShape;
}

// Middle tones: they have to be told apart on a light and on a dark ground.
const LOOKS: Readonly<Record<string, PortLooks>> = {
  image: { colour: '#4a9eed', shape: 'circle' },
  mask: { colour: '#7f8ea3', shape: 'circle' },
  embed: { colour: '#b06fe0', shape: 'diamond' },
  condition: { colour: '#e0609c', shape: 'diamond' },
  conditioning: { colour: '#e8913a', shape: 'diamond' },
  latent: { colour: '#e0568a', shape: 'circle' },
  generator: { colour: '#3fae9a', shape: 'triangle' },
  'vision-model': { colour: '#8f7ae5', shape: 'square' },
  'text-model': { colour: '#d6a02c', shape: 'square' },
  unet: { colour: '#5f82e8', shape: 'square' },
  vae: { colour: '#d9534f', shape: 'square' },
  prior: { colour: '#4fa86a', shape: 'square' },
  number: { colour: '#8a94a6', shape: 'triangle' },
  text: { colour: '#8fae3f', shape: 'triangle' },
};

const OTHER_COLOURS = ['#5aa9a0', '#a0845a', '#7a8fd0', '#c07a7a', '#8a9a5a', '#a078b8'];

/** Colour and shape of a port type; types which this list does not know get a colour of their own, too. */
export function portLooks(type: string): PortLooks {
  return LOOKS[type] ?? { colour: OTHER_COLOURS[hashOf(type) % OTHER_COLOURS.length] ?? '#8a94a6', shape: 'circle' };
}

const CATEGORY_COLOURS: Readonly<Record<string, string>> = {
  model: '#6d7fe0',
  image: '#3d94c9',
  conditioning: '#a86bd1',
  sampling: '#d0647f',
  latent: '#cf6a9b',
  unknown: '#808894',
};

/** The colour of a category, for the heads of its cards. */
export function categoryColour(category: string): string {
  return CATEGORY_COLOURS[category] ?? OTHER_COLOURS[hashOf(category) % OTHER_COLOURS.length] ?? '#808894';
}

function hashOf(text: string): number {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}
