/** What a test specifies of a node; the rest is as ComfyUI's page writes it. */
export interface UiNodeFacts {
  readonly type: string;
  readonly widgets?: unknown;
  /** Input -> `id.slot` of what serves it. */
  readonly links?: Readonly<Record<string, string>>;
  /** Names of inputs that are widgets. */
  readonly asInputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly inputTypes?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A file as ComfyUI's page saves it, from what matters. */
export function uiFile(
  facts: Readonly<Record<string, UiNodeFacts>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const links: unknown[] = [];
  const nodes = Object.entries(facts).map(
    ([id, { type, widgets, links: wired = {}, asInputs = [], outputs, inputTypes = {}, more: own }], place) => {
      const names = [...new Set([...Object.keys(inputTypes), ...Object.keys(wired), ...asInputs])];
      const inputs = names.map((name, slot) => {
        const [from, fromSlot] = (wired[name] ?? '').split('.');
        const link = from ? links.length + 1 : null;
        if (from) links.push([link, Number(from), Number(fromSlot), Number(id), slot, inputTypes[name] ?? '*']);
        return { name, type: inputTypes[name] ?? '*', link, ...(asInputs.includes(name) ? { widget: { name } } : {}) };
      });
      return {
        ...{
          id: Number(id),
          type,
          pos: [(place % 5) * 320, Math.floor(place / 5) * 460],
          size: { '0': 260, '1': 120 },
          flags: {},
          order: place,
          mode: 0,
        },
        ...{ inputs, outputs: (outputs ?? ['*']).map((name) => ({ name, type: name, links: null })) },
        properties: { 'Node name for S&R': type },
        ...(widgets === undefined ? {} : { widgets_values: widgets }),
        ...own,
      };
    },
  );
  return {
    ...{ last_node_id: 99, last_link_id: links.length, nodes, links, groups: [], config: {}, extra: {}, version: 0.4 },
    ...more,
  };
}

/** The published example with one image, rebuilt from its facts. */
export const UNCLIP_EXAMPLE: Readonly<Record<string, UiNodeFacts>> = {
  '32': { type: 'unCLIPCheckpointLoader', widgets: ['sd21-unclip-h.ckpt'] },
  '6': { type: 'CLIPTextEncode', widgets: ['beautiful photograph'], links: { clip: '32.1' } },
  '7': { type: 'CLIPTextEncode', widgets: ['bad hands'], links: { clip: '32.1' } },
  '34': { type: 'LoadImage', widgets: ['mountains.png', 'image'] },
  '33': { type: 'CLIPVisionEncode', links: { clip_vision: '32.3', image: '34.0' }, widgets: ['center'] },
  '36': {
    type: 'unCLIPConditioning',
    widgets: [1.0000000000000002, 0.30000000000000016],
    links: { conditioning: '6.0', clip_vision_output: '33.0' },
  },
  '5': { type: 'EmptyLatentImage', widgets: [768, 768, 1] },
  '3': {
    type: 'KSampler',
    widgets: [509273045161628, true, 26, 8, 'uni_pc_bh2', 'normal', 1],
    links: { model: '32.0', positive: '36.0', negative: '7.0', latent_image: '5.0' },
  },
  '8': { type: 'VAEDecode', links: { samples: '3.0', vae: '32.2' } },
  '9': { type: 'SaveImage', widgets: ['ComfyUI'], links: { images: '8.0' } },
};

/** The published example with two images. */
export const UNCLIP_MULTIPLE: Readonly<Record<string, UiNodeFacts>> = {
  ...UNCLIP_EXAMPLE,
  '36': { ...(UNCLIP_EXAMPLE['36'] as UiNodeFacts), widgets: [0.5, 0.4] },
  '40': { type: 'LoadImage', widgets: ['sunset.png', 'image'] },
  '41': { type: 'CLIPVisionEncode', links: { clip_vision: '32.3', image: '40.0' }, widgets: ['center'] },
  '42': {
    type: 'unCLIPConditioning',
    widgets: [0.5, 0.4],
    links: { conditioning: '36.0', clip_vision_output: '41.0' },
  },
  '3': {
    type: 'KSampler',
    widgets: [363144844778993, 'randomize', 26, 8, 'uni_pc_bh2', 'normal', 1],
    links: { model: '32.0', positive: '42.0', negative: '7.0', latent_image: '5.0' },
  },
};

/** The published example with a second pass of another checkpoint, and a loader that has no counterpart. */
export const UNCLIP_2PASS: Readonly<Record<string, UiNodeFacts>> = {
  ...UNCLIP_EXAMPLE,
  '5': { type: 'EmptyLatentImage', widgets: [1280, 704, 1] },
  '50': { type: 'CheckpointLoaderSimple', widgets: ['second-pass.safetensors'] },
  '51': { type: 'GLIGENLoader', widgets: ['gligen.safetensors'] },
  '52': { type: 'LatentUpscale', widgets: ['nearest-exact', 1920, 1088, 'disabled'], links: { samples: '3.0' } },
  '53': { type: 'CLIPTextEncode', widgets: ['a lake (best:1.2)'], links: { clip: '50.1' } },
  '54': { type: 'CLIPTextEncode', widgets: [''], links: { clip: '50.1' } },
  '55': {
    type: 'KSampler',
    widgets: [1, 'fixed', 8, 9, 'dpmpp_sde', 'simple', 0.52],
    links: { model: '50.0', positive: '53.0', negative: '54.0', latent_image: '52.0' },
  },
  '56': { type: 'VAEDecode', links: { samples: '55.0', vae: '51.0' } },
  '57': { type: 'SaveImage', widgets: ['ComfyUI'], links: { images: '56.0' } },
};
