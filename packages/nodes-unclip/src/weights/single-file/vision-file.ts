import type { JsonObject } from '../../json-object.js';
import { fileProblems } from '../checkpoint-error.js';
import type { TensorFile } from '../stored-tensor.js';
import { otherKindIn } from '../weight-kind.js';
import type { ComponentForm } from './component-file.js';
import { deriveVisionConfig, OPEN_CLIP_VISION_PREFIX, renameOpenClipVision } from './open-clip.js';
import type { Shapes } from './shapes.js';

/** Properties of published image encoders that the weights do not show, by their width. */
const PUBLISHED: Readonly<Record<number, { readonly num_attention_heads: number; readonly hidden_act: string }>> = {
  // CLIP ViT-B and ViT-L of OpenAI, OpenCLIP ViT-H and ViT-bigG
  768: { num_attention_heads: 12, hidden_act: 'quick_gelu' },
  1024: { num_attention_heads: 16, hidden_act: 'quick_gelu' },
  1280: { num_attention_heads: 16, hidden_act: 'gelu' },
  1664: { num_attention_heads: 16, hidden_act: 'gelu' },
};

const HF_LAYER = 'vision_model.encoder.layers';

/**
 * The format of a CLIP image encoder in one file: with the names of transformers, as in ComfyUI's clip_vision files, or
 * with those of open_clip, with or without the prefix that they have in a whole checkpoint.
 *
 * @throws CheckpointError if the file contains no image encoder
 */
export function visionFileForm(file: TensorFile): ComponentForm {
  const {
    path,
    header: { tensors },
  } = file;
  const untold = (width: number) => {
    const published = PUBLISHED[width];
    if (published !== undefined) return published;
    throw fileProblems(path, [`how many heads an image encoder of ${width} channels has is not in the weights`], {
      fault: 'config-needed',
      cure: 'Put its config.json into a folder of the same name next to it',
    });
  };
  if (tensors.has('vision_model.embeddings.class_embedding')) {
    return { prefix: '', rename: (own) => own, deriveConfig: (shapes) => deriveHfConfig(shapes, untold) };
  }
  const [prefix] = [OPEN_CLIP_VISION_PREFIX, 'visual.', ''].filter((start) => tensors.has(`${start}class_embedding`));
  if (prefix === undefined) {
    const other = otherKindIn(file, 'vision');
    const problem =
      other === undefined
        ? 'expected the tensors of a CLIP image encoder, such as "vision_model.embeddings.class_embedding", got none'
        : `expected a CLIP image encoder, got ${other}`;
    throw fileProblems(path, [problem], { fault: 'wrong-kind', cure: 'Choose another file' });
  }
  return {
    prefix,
    rename: renameOpenClipVision,
    deriveConfig: (shapes) => deriveVisionConfig(shapes, untold(shapes.dim('conv1.weight', 0))),
  };
}

function deriveHfConfig(
  shapes: Shapes,
  untold: (width: number) => { readonly num_attention_heads: number; readonly hidden_act: string },
): JsonObject {
  const patches = 'vision_model.embeddings.patch_embedding.weight';
  const patchSize = shapes.dim(patches, 3);
  const positions = shapes.dim('vision_model.embeddings.position_embedding.weight', 0);
  const width = shapes.dim(patches, 0);
  return {
    hidden_size: width,
    intermediate_size: shapes.dim(`${HF_LAYER}.0.mlp.fc1.weight`, 0),
    num_hidden_layers: shapes.count((layer) => `${HF_LAYER}.${layer}.layer_norm1.weight`),
    num_channels: shapes.dim(patches, 1),
    patch_size: patchSize,
    image_size: patchSize * Math.round(Math.sqrt(positions - 1)),
    projection_dim: shapes.dim('visual_projection.weight', 0),
    ...untold(width),
  };
}
