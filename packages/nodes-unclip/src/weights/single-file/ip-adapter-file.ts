import { fileProblems } from '../checkpoint-error.js';
import { familyOf, familyOfWeights } from '../lora/model-family.js';
import type { TensorFile } from '../stored-tensor.js';
import { otherKindIn } from '../weight-kind.js';
import type { ComponentForm } from './component-file.js';
import type { Shapes } from './shapes.js';

const HEAD_DIM = 64;
const XL = 'Stable Diffusion XL';

/**
 * The form of an IP-Adapter in one file, as tencent-ailab/IP-Adapter saves it: `image_proj` makes tokens of images, `ip_adapter`
 * has the weights of the cross attentions that see them, by numbers.
 *
 * @throws CheckpointError for another kind of adapter
 */
export function ipAdapterFileForm(file: TensorFile): ComponentForm {
  const problem = whyUnfit(file);
  if (problem !== undefined) throw fileProblems(file.path, [problem], { fault: 'wrong-kind', cure: CURE });
  return { prefix: '', rename: (own) => own, deriveConfig };
}

const CURE = 'Choose another, such as ip-adapter_sd15 or ip-adapter-plus_sd15 of h94/IP-Adapter';

function whyUnfit(file: TensorFile): string | undefined {
  const tensors = [...file.header.tensors].map(([name, { shape }]) => ({ name, shape }));
  const names = tensors.map(({ name }) => name);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/^ip_adapter\.\d+\.to_\w+_lora\.|^image_proj\.perceiver_resampler\./)) {
    return 'this is a FaceID adapter, which needs a model that recognizes faces and is not supported';
  }
  if (has(/^image_proj\.proj\.3\./)) {
    return 'this is a full-face adapter (ip-adapter-full-face), which is not supported';
  }
  if (has(/^image_proj\.proj\.[02]\./)) {
    return 'this is a FaceID adapter, which needs a model that recognizes faces and is not supported';
  }
  const isPlain = has(/^image_proj\.proj\.weight$/);
  const isPlus = has(/^image_proj\.latents$/);
  if (has(/^ip_adapter\.1\.to_k_ip\.weight$/) && (isPlain || isPlus)) {
    // Others are refused by the model that they are applied to.
    return familyOfWeights(tensors) === XL
      ? `expected an IP-Adapter for Stable Diffusion 1, got one for ${XL}`
      : undefined;
  }
  const other = otherKindIn(file, 'ip-adapter');
  if (other !== undefined) return `expected an IP-Adapter, got ${other}`;
  const family = familyOf(tensors);
  return family === undefined
    ? 'expected the tensors of an IP-Adapter, such as "image_proj.proj.weight" and "ip_adapter.1.to_k_ip.weight", got none'
    : `expected an IP-Adapter for Stable Diffusion 1, got something for ${family}`;
}

/** What no file says follows from the shapes of its tensors. */
function deriveConfig(shapes: Shapes) {
  const keyOf = (i: number) => `ip_adapter.${2 * i + 1}.to_k_ip.weight`;
  const numbers = shapes.names().flatMap((name) => Number(/^ip_adapter\.(\d+)\./.exec(name)?.[1] ?? []));
  // By the highest number, so that a key which is left out between is missed.
  const count = (Math.max(...numbers) + 1) / 2;
  const attentions = Array.from({ length: Math.ceil(count) }, (_, i) => {
    const key = shapes.has(keyOf(i)) ? keyOf(i) : keyOf(i).replace('to_k_ip', 'to_v_ip');
    // A cross attention with neither is reported with all other missing parts.
    return shapes.has(key) ? shapes.dim(key, 0) : 1;
  });
  if (!shapes.has('image_proj.latents')) {
    const crossAttentionDim = shapes.dim('image_proj.norm.weight', 0);
    return {
      image_width: shapes.dim('image_proj.proj.weight', 1),
      cross_attention_dim: crossAttentionDim,
      tokens: Math.max(Math.floor(shapes.dim('image_proj.proj.weight', 0) / crossAttentionDim), 1),
      attentions,
    };
  }
  const attentionWidth = shapes.dim('image_proj.layers.0.0.to_q.weight', 0);
  return {
    image_width: shapes.dim('image_proj.proj_in.weight', 1),
    cross_attention_dim: shapes.dim('image_proj.proj_out.weight', 0),
    tokens: shapes.dim('image_proj.latents', 1),
    attentions,
    resampler_width: shapes.dim('image_proj.latents', 2),
    resampler_layers: shapes.count((i) => `image_proj.layers.${i}.0.to_q.weight`),
    resampler_heads: Math.max(Math.floor(attentionWidth / HEAD_DIM), 1),
    attention_width: attentionWidth,
    feed_forward_width: shapes.dim('image_proj.layers.0.1.1.weight', 0),
  };
}
