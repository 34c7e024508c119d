import { withReason } from '@unclip-studio/graph-core';
import { requireVision } from '../checkpoints/checkpoint.js';
import { defineNode } from '../define-node.js';
import { encodeForIpAdapter, imageTokensOf, requireEmbedFits, visionRequestFor } from '../sampling/image-prompt.js';
import { SamplingInputError } from '../sampling/start-from-latent.js';

export const ipAdapterEncode = defineNode({
  type: 'IPAdapterEncode',
  version: 1,
  title: 'IP-Adapter Encode: images as a prompt',
  description: 'Encodes images for an IP-Adapter. Several images guide together.',
  keywords: ['ip-adapter', 'ipadapter', 'image prompt', 'reference image', 'clip vision'],
  category: 'conditioning',
  inputs: {
    adapter: { type: 'ip-adapter', help: 'The adapter, from Load IP-Adapter.' },
    vision: {
      type: 'vision-model',
      optional: true,
      help: 'The image encoder it was trained with: usually CLIP ViT-H, from Load CLIP Vision or the checkpoint’s own folder.',
    },
    image: { type: 'image', optional: true, help: 'One or more images, such as from Batch Images.' },
    embed: {
      type: 'embed',
      optional: true,
      help: 'CLIP embeddings instead of images, such as blended ones; for plain adapters only.',
    },
  },
  outputs: { imagePrompt: { type: 'image-prompt', help: 'The images, for Apply IP-Adapter.' } },
  params: {},
  models: ({ inputs: { adapter, vision, image, embed } }) => {
    const images = (embed ?? image)?.rows ?? 1;
    // The second one is for no image.
    const own = { model: adapter.request({ imageTokens: imageTokensOf(adapter, vision) }), times: 1, rows: images + 1 };
    const extent = { rows: 1 };
    if (embed !== undefined || vision === undefined || 'absent' in vision) return { uses: [own], extent };
    const seen = adapter.config.resampler === null ? images : images + 1;
    return { uses: [{ model: visionRequestFor(adapter, vision), times: 1, rows: seen }, own], extent };
  },
  async evaluate({ inputs: { adapter, vision, image, embed } }, { services: { inference } }) {
    if (embed !== undefined) {
      requireEmbedFits(adapter, embed);
      return { imagePrompt: await encodeForIpAdapter(adapter, { embeds: embed.rows }, inference) };
    }
    if (image === undefined || vision === undefined) {
      throw withReason(
        new SamplingInputError(
          `IP-Adapter Encode: no ${image === undefined ? 'image' : 'image encoder'}. Connect an image, and Load CLIP Vision or the vision of a checkpoint.`,
        ),
        { code: 'input-missing', input: image === undefined ? 'image' : 'image-encoder' },
      );
    }
    const seen = { images: image, vision: requireVision(vision) };
    return { imagePrompt: await encodeForIpAdapter(adapter, seen, inference) };
  },
});
