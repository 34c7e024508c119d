import { fileURLToPath } from 'node:url';
import type { Tensor } from '@unclip-studio/nodes-unclip';
import { BUNDLED_CHECKPOINT, openCheckpoint, type UnclipNode, type UnclipServices } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  noiseAugment,
  requireUnclip,
  textEncode,
  type UnclipCheckpoint,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { SMALL_CHECKPOINT } from './checkpoint-copy.js';
import { randomTensor } from './random-tensor.js';

export const BUNDLED_MODEL = fileURLToPath(new URL(`../../models/${BUNDLED_CHECKPOINT}`, import.meta.url));

/** Opens a checkpoint folder; the smallest there is unless another is named, with random weights, 96 px and 77 tokens. */
export async function openTestCheckpoint(path = SMALL_CHECKPOINT): Promise<UnclipCheckpoint> {
  return requireUnclip(await openCheckpoint('test', localCheckpointFolder(path), { hash: sha256 }));
}

const sessions = createOrtSessions();

/** Evaluates one node with the real runtime; params that are left out have their defaults. */
export async function evaluateNode<Outputs = Readonly<Record<string, never>>>(
  node: UnclipNode,
  inputs: object,
  params: object = {},
  services: Partial<UnclipServices> = {},
): Promise<Outputs> {
  const defaults = Object.fromEntries(Object.entries(node.params).map(([key, param]) => [key, param.default]));
  const outputs = await node.evaluate(
    { inputs, params: { ...defaults, ...params } },
    {
      signal: new AbortController().signal,
      services: { inference: sessions, ...services } as UnclipServices,
      progress() {},
      preview() {},
      publish() {},
    },
  );
  return outputs as Outputs;
}

/** Both sides of a prompt that has no parts. */
export function plainPrompt({ positive, negative }: Conditioning): Readonly<Record<'positive' | 'negative', Tensor>> {
  if (!('dtype' in positive) || !('dtype' in negative)) throw new Error('the prompt has parts');
  return { positive, negative };
}

/** What leads a sampler: the empty prompt, and a random image embedding. */
export async function encodeTestGuides(checkpoint: UnclipCheckpoint) {
  const encoded = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: checkpoint.text });
  const { embeds: space } = checkpoint.vision;
  const embed = { rows: randomTensor([1, space.width], 5), space };
  const { condition } = await evaluateNode<{ condition: Condition }>(noiseAugment, { embed });
  return { prompt: encoded.conditioning, image: condition };
}
