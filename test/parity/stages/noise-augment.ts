import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  augmentWithNoise,
  feedsOfGuides,
  noiseEmbeds,
  noiseScheduleOf,
  type SchedulerConfig,
  scaleEmbeds,
  sinusoid,
  type UnclipCheckpoint,
  unscaleEmbeds,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { CaseChecks, expectRefusal } from '../compare.js';
import { openGoldenCheckpoint } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** Noise on image embeddings: statistics, tables, sinusoids, class labels and what the UNet makes of them. */
export const noiseAugment: ParityStage = {
  stage: 'noise_augment',
  async run(goldenCase, set) {
    const { params, inputs } = goldenCase;
    if (params['dim'] !== undefined) return compareSinusoid(goldenCase, set);
    if (params['scheduler'] !== undefined) return compareTables(goldenCase, set);
    const checkpoint = await openGoldenCheckpoint(set, String(params['checkpoint']));
    if (goldenCase.error !== null)
      return expectRefusal(goldenCase, () => noiseAtLevel(checkpoint, params['noise_level']));
    return inputs['embeds'] === undefined
      ? compareLevel(goldenCase, set, checkpoint)
      : compareNormalizer(goldenCase, set, checkpoint);
  },
  close: () => sessions.close(),
};

function compareSinusoid(goldenCase: GoldenCase, set: GoldenSet): CaseResult {
  const levels = Array.from(set.input(goldenCase, 't').data, Number);
  const embedding = sinusoid(levels, Number(goldenCase.params['dim']));
  return new CaseChecks(goldenCase, set).output('embedding', embedding.data, { dims: embedding.dims }).result();
}

function compareTables(goldenCase: GoldenCase, set: GoldenSet): CaseResult {
  const { betas, alphasCumprod } = noiseScheduleOf(goldenCase.params['scheduler'] as SchedulerConfig);
  return new CaseChecks(goldenCase, set).output('betas', betas).output('alphas_cumprod', alphasCumprod).result();
}

function compareNormalizer(goldenCase: GoldenCase, set: GoldenSet, { vision }: UnclipCheckpoint): CaseResult {
  const embeds = inputTensor(goldenCase, set, 'embeds');
  const { normalizer } = vision.embeds;
  const scaled = scaleEmbeds(embeds, normalizer);
  return new CaseChecks(goldenCase, set)
    .output('scaled', scaled.data)
    .output('unscaled', unscaleEmbeds(embeds, normalizer).data)
    .output('round_trip', unscaleEmbeds(scaled, normalizer).data)
    .result();
}

async function compareLevel(goldenCase: GoldenCase, set: GoldenSet, checkpoint: UnclipCheckpoint): Promise<CaseResult> {
  const index = Number(goldenCase.params['noise_level']);
  const embeds = inputTensor(goldenCase, set, 'image_embeds');
  const noise = set.inputFloats(goldenCase, 'noise');
  const { normalizer: statistics, noisingScheduler } = checkpoint.vision.embeds;
  const { alphasCumprod } = noiseScheduleOf(noisingScheduler);
  const classLabels = augmentWithNoise({ embeds, noise, statistics, alphasCumprod, index });
  const guide = { label: 'image', guided: classLabels, unguided: null };
  const n = classLabels.dims[0] ?? 0;
  const feeds = feedsOfGuides({ inputs: { class_labels: guide }, guidanceScale: 2 }, { n, isGuided: true });
  const { class_labels: guided = classLabels } = feeds;
  const checks = new CaseChecks(goldenCase, set)
    .output('noised_scaled', noiseEmbeds(scaleEmbeds(embeds, statistics), noise, { alphasCumprod, index }).data)
    .output('level_embedding', sinusoid([index], embeds.dims[1] ?? 0).data)
    .output('class_labels', classLabels.data, { dims: classLabels.dims })
    .output('class_labels_cfg', guided.data, { dims: guided.dims });
  if (goldenCase.outputs['class_embedding'] !== undefined) {
    checks.output('class_embedding', await classEmbedding(checkpoint, guided));
  }
  return checks.result();
}

/** A module inside the UNet, which has to run for it; the other inputs play no part. */
async function classEmbedding(checkpoint: UnclipCheckpoint, classLabels: Tensor): Promise<Float32Array> {
  const n = classLabels.dims[0] ?? 0;
  const side = checkpoint.unet.config.sampleSize;
  const results = await sessions.run(
    checkpoint.unet.request({ n, h: side, w: side, t: 1 }, { moduleResults: ['class_embedding'] }),
    {
      sample: zeros([n, checkpoint.unet.latents.channels, side, side]),
      timestep: zeros([1]),
      encoder_hidden_states: zeros([n, 1, checkpoint.unet.config.crossAttentionDim]),
      class_labels: classLabels,
    },
  );
  const embedding = results['class_embedding'];
  if (embedding === undefined) throw new Error('the UNet gives out no class_embedding');
  return embedding.data;
}

function zeros(dims: readonly number[]): Tensor {
  return tensor(dims, new Float32Array(dims.reduce((product, dim) => product * dim, 1)));
}

function noiseAtLevel({ vision }: UnclipCheckpoint, level: unknown): Tensor {
  const { normalizer, noisingScheduler } = vision.embeds;
  const width = normalizer.mean.length;
  const { alphasCumprod } = noiseScheduleOf(noisingScheduler);
  return noiseEmbeds(tensor([1, width], new Float32Array(width)), new Float32Array(width), {
    alphasCumprod,
    index: Number(level),
  });
}

function inputTensor(goldenCase: GoldenCase, set: GoldenSet, name: string): Tensor {
  return tensor(set.input(goldenCase, name).dims, set.inputFloats(goldenCase, name));
}
