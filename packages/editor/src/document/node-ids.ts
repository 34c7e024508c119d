import { isNodeId } from '@unclip-studio/graph-core';

// What people call these nodes in a workflow file; every other type is named after itself.
const SHORT_NAMES: Readonly<Record<string, string>> = {
  LoadModel: 'model',
  LoadImage: 'photo',
  CLIPImageEmbed: 'embed',
  NoiseAugment: 'noise',
  TextEncode: 'prompt',
  UNetSample: 'sample',
  VAEDecode: 'decode',
  VAEEncode: 'encode',
  SaveImage: 'save',
  PreviewImage: 'preview',
};

/** A readable id that is not in use: `photo`, then `photo2`. */
export function freshNodeId(type: string, taken: (id: string) => boolean): string {
  return numbered(SHORT_NAMES[type] ?? camelCase(type), taken);
}

/** `base` itself if it is free, else with the first number that is; a number at its end is counted on. */
export function numbered(base: string, taken: (id: string) => boolean): string {
  if (!taken(base)) return base;
  const stem = base.replace(/\d+$/, '') || base;
  let number = 2;
  while (taken(`${stem}${number}`)) number++;
  return `${stem}${number}`;
}

// `CLIPTextThing` -> `clipTextThing`
function camelCase(type: string): string {
  const name = type.replace(/[^A-Za-z0-9_-]/g, '').replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());
  return isNodeId(name.slice(0, 56)) ? name.slice(0, 56) : 'node';
}
