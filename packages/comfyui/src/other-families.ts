const SERVED = 'Models of Stable Diffusion 1, Stable Diffusion 2 and unCLIP run here.';

/** Families that do not run here, by how the classes of ComfyUI are called that are for them alone. */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/SDXL/, 'Stable Diffusion XL'],
  [/SD3|^TripleCLIPLoader$/, 'Stable Diffusion 3'],
  [/Flux|Kontext|^DualCLIPLoader$/, 'Flux'],
  [/StableCascade/, 'Stable Cascade'],
  [/HiDream|^QuadrupleCLIPLoader$/, 'HiDream'],
  [/QwenImage/, 'Qwen-Image'],
  [/PixArt/, 'PixArt'],
  [/Zero123/, 'Stable Zero123'],
  [/SVD|Hunyuan|LTXV|^Wan|Mochi|Cosmos|Video|^ImageOnlyCheckpoint/, 'a model of videos'],
  [/Audio|AceStep/, 'a model of sounds'],
];

/** Adapters that no model takes here. */
const ADAPTERS: readonly (readonly [RegExp, string])[] = [
  [/^GLIGEN/, 'GLIGEN boxes are not supported. A prompt for a part of the image is made by ConditioningSetArea.'],
  [/^StyleModel/, 'Style models are not supported. An image steers a drawing as unCLIP condition or by an IP-Adapter.'],
  [/^Hypernetwork/, 'Hypernetworks are not supported.'],
  [/^(?:UNETLoader|CLIPLoader)$/, 'Model parts in separate files are not supported: load a whole checkpoint.'],
];

const FILES: readonly (readonly [RegExp, string])[] = [
  [/sd_?xl|(?:^|[-_ ])xl(?:[-_. ]|$)|illustrious|pony|animagine/i, 'Stable Diffusion XL'],
  [/(?:^|[-_ /])sd_?3(?:[-_. ]|$)|stable-diffusion-3/i, 'Stable Diffusion 3'],
  [/(?:^|[-_ /])flux/i, 'Flux'],
  [/stable_?cascade/i, 'Stable Cascade'],
  [/(?:^|[-_ /])svd(?:[-_. ]|$)/i, 'a model of videos'],
];

/** Why a core class of ComfyUI is not supported, as a message; `undefined` if its family is not known to be unsupported. */
export function unservedClassWords(type: string): string | undefined {
  const family = find(CLASSES, type);
  return family === undefined ? find(ADAPTERS, type) : `It is for ${family}, which is not supported. ${SERVED}`;
}

/** The note for a checkpoint whose name shows that it will not run; empty if there is none. */
export function unservedFileWords(name: string): string {
  const family = find(FILES, name);
  return family === undefined ? '' : `By its name it is ${family}, which is not supported. ${SERVED}`;
}

function find(table: readonly (readonly [RegExp, string])[], name: string): string | undefined {
  return table.find(([pattern]) => pattern.test(name))?.[1];
}
