import { comfySampler } from './a1111-names.js';

/** A1111's description of an image as a prompt of ComfyUI that means the same, and what of it is left out, as a message. */
export interface ReadParameters {
  readonly prompt: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/**
 * Reads `parameters` as A1111 and its relatives write them: the prompt, a line that begins with "Negative prompt:" and those
 * after it, and the settings in the last line.
 *
 * @see AUTOMATIC1111/stable-diffusion-webui 82a973c, modules/infotext_utils.py, parse_generation_parameters
 */
export function readParameters(text: string): ReadParameters {
  const lines = text.trim().split(/\r?\n/);
  const settings = settingsOf(lines.pop() ?? '');
  const at = lines.findIndex((line) => line.startsWith(NEGATIVE));
  const positive = lines.slice(0, at < 0 ? undefined : at).join('\n');
  const negative = at < 0 ? '' : lines.slice(at).join('\n').slice(NEGATIVE.length).trim();
  const { prompt, loras } = takeLoras(positive);
  const sampler = comfySampler(settings.get('Sampler') ?? 'Euler', settings.get('Schedule type'));
  const [, width = '512', height = '512'] = /^(\d{1,5})x(\d{1,5})$/.exec(settings.get('Size') ?? '') ?? [];
  const skipped = numberIn(settings, 'Clip skip', 1);
  const nodes = new Map<string, unknown>();
  const add = (class_type: string, inputs: Readonly<Record<string, unknown>>) => {
    const id = String(nodes.size + 1);
    nodes.set(id, { class_type, inputs });
    return id;
  };

  const checkpoint = add('CheckpointLoaderSimple', { ckpt_name: settings.get('Model') ?? '' });
  let model: Link = [checkpoint, 0];
  let clip: Link = [checkpoint, 1];
  for (const { name, strengths } of loras) {
    const id = add('LoraLoader', { lora_name: name, ...strengths, model, clip });
    model = [id, 0];
    clip = [id, 1];
  }
  if (skipped > 1) clip = [add('CLIPSetLastLayer', { stop_at_clip_layer: -skipped, clip }), 0];
  const sides = [prompt, negative].map((side): Link => [add('CLIPTextEncode', { text: side, clip }), 0]);
  const size = { width: Number(width), height: Number(height), batch_size: 1 };
  const latent = add('EmptyLatentImage', size);
  const sampled = add('KSampler', {
    ...{ seed: seedIn(settings), steps: numberIn(settings, 'Steps', 20), cfg: numberIn(settings, 'CFG scale', 7) },
    ...{ sampler_name: sampler.sampler_name, scheduler: sampler.scheduler, denoise: 1 },
    ...{ model, positive: sides[0], negative: sides[1], latent_image: [latent, 0] },
  });
  const decoded = add('VAEDecode', { samples: [sampled, 0], vae: [checkpoint, 2] });
  add('SaveImage', { filename_prefix: 'image', images: [decoded, 0] });
  return { prompt: Object.fromEntries(nodes), problems: problemsOf(settings, sampler.unknown) };
}

type Link = readonly [node: string, slot: number];

const NEGATIVE = 'Negative prompt:';
// A value with a comma or a colon in it is a JSON string.
const SETTING = /\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/g;

function settingsOf(line: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [, name = '', value = ''] of line.matchAll(SETTING)) settings.set(name, unquoted(value.trim()));
  return settings;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}

/** `<lora:name:strength>` in a prompt chooses a LoRA, and `<lyco:...>` does in files of before A1111 1.5. */
function takeLoras(text: string) {
  const loras: { readonly name: string; readonly strengths: LoraStrengths }[] = [];
  const prompt = text.replace(/\s*,?\s*<(?:lora|lyco):([^:<>]+)((?::[^:<>]*)*)>/g, (_, name: string, rest: string) => {
    loras.push({ name, strengths: strengthsOf(rest.split(':').slice(1)) });
    return '';
  });
  return { prompt: prompt.trim(), loras };
}

interface LoraStrengths {
  readonly strength_model: number;
  readonly strength_clip: number;
}

/**
 * The text encoder's comes first, and is also used for the UNet unless that has its own.
 *
 * @see AUTOMATIC1111/stable-diffusion-webui 82a973c, extensions-builtin/Lora/extra_networks_lora.py, activate
 */
function strengthsOf(values: readonly string[]): LoraStrengths {
  const named = new Map(values.filter((one) => one.includes('=')).map((one) => one.split('=') as [string, string]));
  const [first, second] = values.filter((one) => !one.includes('='));
  const [own, ofUnet] = [named.get('te') ?? first, named.get('unet') ?? second].map((one) =>
    one === undefined || !Number.isFinite(Number.parseFloat(one)) ? undefined : Number.parseFloat(one),
  );
  return { strength_model: ofUnet ?? own ?? 1, strength_clip: own ?? 1 };
}

function numberIn(settings: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const value = Number(settings.get(name) ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
}

function seedIn(settings: ReadonlyMap<string, string>): number | bigint {
  const text = settings.get('Seed') ?? '';
  if (!/^\d{1,20}$/.test(text)) return 0;
  const seed = BigInt(text);
  return seed <= Number.MAX_SAFE_INTEGER ? Number(seed) : seed;
}

function problemsOf(settings: ReadonlyMap<string, string>, unknown: readonly string[]): readonly string[] {
  const names = [...settings.keys()];
  const second = names.some((name) => name.startsWith('Hires '));
  const first = !second && settings.has('Denoising strength');
  return [
    'It was read from the settings that A1111 writes into images. The same seed gives another image there.',
    ...unknown.map((name) => `"${name}" has no counterpart here; another one is set.`),
    ...(second ? ['Its second pass (hires fix) is left out. Add an Upscale and a second sampler.'] : []),
    ...(first ? ['It was drawn from another image, which is not in the text. Connect one to the sampler.'] : []),
    ...(settings.has('VAE')
      ? [`It used the VAE "${settings.get('VAE')}". Add a Load VAE if the checkpoint has another.`]
      : []),
  ];
}
