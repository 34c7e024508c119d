import { withReason } from '@unclip-studio/graph-core';
import type { AppliedImagePrompt } from '../models/image-prompt.js';
import type { UnetModel } from '../models/model.js';
import { crossAttentionsOf } from '../models/unet/image-attention.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { familyOfWidth } from '../weights/lora/model-family.js';
import { SamplingInputError } from './start-from-latent.js';

/** Of the images that an IP-Adapter shows to a UNet, or how much they count. */
interface ImagePromptGuide {
  readonly label: string;
  readonly guided: Tensor;
  readonly unguided: Tensor;
  readonly span?: AppliedImagePrompt['span'];
}

/**
 * What IP-Adapters add to the guides of a UNet, by the names of its inputs.
 *
 * @throws SamplingInputError for an adapter of another family
 */
export function imagePromptGuides(unet: UnetModel): Readonly<Record<string, ImagePromptGuide>> {
  // Sorted, so that any order of the same ones gives the same sums.
  const inOrder = [...(unet.imagePrompts ?? [])].sort(byContent);
  const guides = inOrder.flatMap(({ imagePrompt, scale, span }, i): [string, ImagePromptGuide][] => {
    requireAdapterFits(unet, imagePrompt.adapter);
    const { guided, unguided } = imagePrompt;
    const factor = tensor([1, 1, 1], Float32Array.of(scale));
    const label = 'image prompt';
    return [
      [`image_prompt.${i}`, { label, guided, unguided }],
      [`image_prompt_scale.${i}`, { label, guided: factor, unguided: factor, span }],
    ];
  });
  return Object.fromEntries(guides);
}

function byContent(a: AppliedImagePrompt, b: AppliedImagePrompt): number {
  const settings = ({ imagePrompt: { adapter, guided }, scale, span }: AppliedImagePrompt) =>
    JSON.stringify([adapter.identity, scale, span.from, span.to, guided.dims]);
  const [left, right] = [settings(a), settings(b)];
  if (left !== right) return left < right ? -1 : 1;
  const [values, others] = [a.imagePrompt.guided.data, b.imagePrompt.guided.data];
  const at = values.findIndex((value, i) => value !== others[i]);
  return at === -1 ? 0 : (values[at] as number) - (others[at] as number);
}

/** @throws SamplingInputError */
function requireAdapterFits({ name, config }: UnetModel, adapter: AppliedImagePrompt['imagePrompt']['adapter']): void {
  const { crossAttentionDim: width, attentions } = adapter;
  if (width !== config.crossAttentionDim) {
    throw withReason(
      new SamplingInputError(
        `Apply IP-Adapter: "${adapter.name}" was made for ${familyOfWidth(width)}, and "${name}" is ` +
          `${familyOfWidth(config.crossAttentionDim)}. Choose an IP-Adapter for it.`,
      ),
      { code: 'made-for-other-model', kind: 'ip-adapter', name: adapter.name, model: name },
    );
  }
  const own = crossAttentionsOf(config).map(({ channels }) => channels);
  if (own.join() === attentions.join()) return;
  throw withReason(
    new SamplingInputError(
      `Apply IP-Adapter: "${adapter.name}" has other cross attentions (${attentions.length}) than "${name}" (${own.length}). ` +
        'Choose an IP-Adapter that was made for it.',
    ),
    { code: 'made-for-other-model', kind: 'ip-adapter', name: adapter.name, model: name },
  );
}
