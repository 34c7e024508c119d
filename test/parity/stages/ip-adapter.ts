import { readFileSync } from 'node:fs';
import { type Feeds, type InferenceService, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  applyIpAdapter,
  createUnetPredictor,
  crossAttentionsOf,
  encodeForIpAdapter,
  feedsOfGuides,
  guidesFor,
  type IpAdapterModel,
  ipAdapterEncode,
  preprocessClip,
  type UnetModel,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage } from '@unclip-studio/server';
import { CaseChecks, expectRefusal } from '../compare.js';
import { openAnyGoldenCheckpoint, openGoldenModel } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';
import { PipelineRecorder, withDefaults } from '../pipeline-recorder.js';
import { runPlainPipeline } from '../plain-pipeline.js';

const sessions = createOrtSessions();

/** What IP-Adapters make of images, and what a UNet makes of that. */
export const ipAdapter: ParityStage = {
  stage: 'ip_adapter',
  async run(goldenCase, set) {
    const { params } = goldenCase;
    if (goldenCase.error !== null) return expectRefusal(goldenCase, () => refuse(goldenCase, set));
    if (params['modules_in_key_order'] !== undefined) return compareKeyOrder(goldenCase, set);
    if (typeof params['image'] === 'string') return compareEmbeds(goldenCase, set);
    return compareUnet(goldenCase, set);
  },
  close: () => sessions.close(),
};

/** Whole images with IP-Adapters. */
export const ipAdapterImage: ParityStage = {
  stage: 'ip_adapter_image',
  async run(goldenCase, set) {
    const { params } = goldenCase;
    const { unet: original, text, vae, vision } = await openAnyGoldenCheckpoint(set, String(params['checkpoint']));
    const { context } = new PipelineRecorder(goldenCase, set, sessions);
    const adapters = await openAdapters(goldenCase, set);
    // One image, one for each adapter, or several of them for each.
    const images = [params['ip_adapter_image']].flat(1) as readonly (string | readonly string[])[];
    let unet = original;
    for (const [i, adapter] of adapters.entries()) {
      const image = await Promise.all([images[i] ?? []].flat().map((name) => loadImage(set, name)));
      const { imagePrompt } = await ipAdapterEncode.evaluate(
        { inputs: { adapter, vision, image }, params: {} },
        context,
      );
      const scale = [params['scale']].flat()[i];
      const applied = await applyIpAdapter.evaluate(
        { inputs: { unet, imagePrompt }, params: withDefaults(applyIpAdapter, { scale }) },
        context,
      );
      unet = applied['unet'] as UnetModel;
    }
    return runPlainPipeline({ goldenCase, set, inference: sessions }, { unet, vae, text });
  },
  close: () => sessions.close(),
};

function openAdapters({ params }: GoldenCase, set: GoldenSet): Promise<readonly IpAdapterModel[]> {
  return Promise.all([params['file']].flat().map((file) => openGoldenModel(set, 'ip-adapter', String(file))));
}

async function loadImage(set: GoldenSet, name: string) {
  return decodeImage(readFileSync(set.path(name)), name);
}

async function compareKeyOrder(goldenCase: GoldenCase, set: GoldenSet): Promise<CaseResult> {
  const { unet } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
  const paths = crossAttentionsOf(unet.config).map(({ path }) => `${path}.transformer_blocks.0.attn2`);
  return new CaseChecks(goldenCase, set)
    .equal('modules_in_key_order', paths, goldenCase.params['modules_in_key_order'])
    .result();
}

/** What the image encoder makes of an image and of none, and the tokens that the adapter makes of that. */
async function compareEmbeds(goldenCase: GoldenCase, set: GoldenSet): Promise<CaseResult> {
  const { vision } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
  const [original] = await openAdapters(goldenCase, set);
  if (original === undefined || 'absent' in vision) throw new Error('no adapter, or no image encoder');
  const image = await loadImage(set, String(goldenCase.params['image']));
  // The node's own calls; of the adapter they give out one result more.
  const adapter: IpAdapterModel = {
    ...original,
    request: (shape) => original.request(shape, { moduleResults: ['image_proj'] }),
  };
  const seen: { feeds: Feeds; outputs: Readonly<Record<string, Tensor>> }[] = [];
  const inference: InferenceService = {
    async run(model, feeds) {
      const outputs = await sessions.run(model, feeds);
      seen.push({ feeds, outputs });
      return outputs;
    },
  };
  const { context } = new PipelineRecorder(goldenCase, set, inference);
  await ipAdapterEncode.evaluate({ inputs: { adapter, vision, image: [image] }, params: {} }, context);
  const last = seen.at(-1);
  const [embeds, tokens] = [last?.feeds['image_embeds'], last?.outputs['image_proj']] as readonly Tensor[];
  const checks = new CaseChecks(goldenCase, set).output('pixel_values', preprocessClip(image, vision.preprocess).data);
  for (const [row, prefix] of ['', 'negative_'].entries()) {
    checks.output(`${prefix}image_embeds`, rowOf(embeds, row));
    checks.output(`${prefix}tokens`, rowOf(tokens, row));
  }
  return checks.result();
}

function rowOf(rows: Tensor | undefined, row: number): Float32Array {
  const { dims: [n = 1] = [], data = new Float32Array() } = rows ?? {};
  return data.slice((row * data.length) / n, ((row + 1) * data.length) / n);
}

async function compareUnet(goldenCase: GoldenCase, set: GoldenSet): Promise<CaseResult> {
  const input = (name: string) => tensor(set.input(goldenCase, name).dims, set.inputFloats(goldenCase, name));
  const adapters = await openAdapters(goldenCase, set);
  const embeds = adapters.map((_, i) => {
    const { dims, data } = input(adapters.length === 1 ? 'image_embeds' : `image_embeds${i}`);
    return tensor(dims.slice(1), data);
  });
  const unet = await unetWith(goldenCase, set, { adapters, embeds });
  const states = input('encoder_hidden_states');
  const guides = guidesFor(unet, { prompt: { positive: states, negative: states }, guidanceScale: 1 });
  const predicted = await createUnetPredictor(
    unet,
    sessions,
  )({
    sample: input('sample'),
    timestep: Number(goldenCase.params['timestep']),
    guides: feedsOfGuides(guides, { n: states.dims[0] ?? 1, isGuided: false }),
  });
  return new CaseChecks(goldenCase, set).output('unet_out', predicted.data, { dims: predicted.dims }).result();
}

interface Shown {
  readonly adapters: readonly IpAdapterModel[];
  /** For each. */
  readonly embeds: readonly Tensor[];
}

async function unetWith(goldenCase: GoldenCase, set: GoldenSet, { adapters, embeds }: Shown): Promise<UnetModel> {
  let { unet } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
  const { context } = new PipelineRecorder(goldenCase, set, sessions);
  for (const [i, adapter] of adapters.entries()) {
    const imagePrompt = await encodeForIpAdapter(adapter, { embeds: embeds[i] as Tensor }, sessions);
    const params = withDefaults(applyIpAdapter, { scale: [goldenCase.params['scale'] ?? 1].flat()[i] });
    const applied = await applyIpAdapter.evaluate({ inputs: { unet, imagePrompt }, params }, context);
    unet = applied['unet'] as UnetModel;
  }
  return unet;
}

/** Opens and applies an adapter, of which one does not work. */
async function refuse(goldenCase: GoldenCase, set: GoldenSet): Promise<void> {
  const adapters = await openAdapters(goldenCase, set);
  const embeds = adapters.map(({ config: { imageWidth } }) => tensor([1, imageWidth], new Float32Array(imageWidth)));
  const states = tensor([1, 1, 1], new Float32Array(1));
  const unet = await unetWith(goldenCase, set, { adapters, embeds });
  guidesFor(unet, { prompt: { positive: states, negative: states }, guidanceScale: 1 });
}
