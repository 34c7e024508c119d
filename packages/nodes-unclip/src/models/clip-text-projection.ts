import type { GraphBuilder } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import { clipTextStates } from './clip-text.js';
import type { ConfigReader } from './config-reader.js';
import { type ClipTextConfig, readClipTextConfig } from './configs.js';
import { linear } from './layers.js';

export interface ClipTextProjectionConfig extends ClipTextConfig {
  readonly projectionDim: number;
  /** Which token speaks for the prompt, see {@link pooledPosition}. */
  readonly eosTokenId: number;
}

/** @throws CheckpointError naming the file and each key that is missing, broken or not supported */
export function readClipTextProjectionConfig(reader: ConfigReader): ClipTextProjectionConfig {
  return reader.finish({
    ...readClipTextConfig(reader),
    projectionDim: reader.positiveInteger('projection_dim', 512),
    eosTokenId: reader.positiveInteger('eos_token_id', 49407),
  });
}

/**
 * CLIPTextModelWithProjection, after transformers 5.23, models/clip/modeling_clip.py.
 *
 * Inputs: `input_ids` int64 [n, t] and `pool_positions` int64 [n, 1], see {@link pooledPosition}; n is free at each run.
 * Outputs: `last_hidden_state` float32 [n, t, hiddenSize] and `text_embeds` float32 [n, projectionDim].
 */
export function buildClipTextProjection(builder: GraphBuilder, config: ClipTextProjectionConfig): void {
  const { hiddenSize, projectionDim, maxPositionEmbeddings: tokenCount } = config;
  const root = builder.root();
  const states = clipTextStates(builder, config);
  const positions = builder.input('pool_positions', 'int64', ['n', 1]);
  const pooled = ops.gatherRows(root, states, positions); // [n, hiddenSize]
  const size = { from: hiddenSize, to: projectionDim, bias: false };
  const embeds = linear(root.child('text_projection'), pooled, size);
  builder.output('last_hidden_state', states, ['n', tokenCount, hiddenSize]);
  builder.output('text_embeds', embeds, ['n', projectionDim]);
}

/** What configs hold as `eos_token_id` which were written before it meant anything. */
const LEGACY_EOS_ID = 2;

/**
 * The token whose state becomes the embedding of a prompt: the first end token. Old configs have a wrong id for it,
 * which means the highest existing id; in CLIP's own vocabulary that is the end token.
 *
 * @see transformers 5.23, models/clip/modeling_clip.py, CLIPTextTransformer.forward
 */
export function pooledPosition(ids: readonly number[], eosTokenId: number): number {
  if (eosTokenId === LEGACY_EOS_ID) return ids.indexOf(Math.max(...ids));
  // transformers takes the first token if there is no end token.
  return Math.max(ids.indexOf(eosTokenId), 0);
}
