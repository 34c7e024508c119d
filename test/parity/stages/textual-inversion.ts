import { basename } from 'node:path';
import { filesInText } from '@unclip-studio/graph-core';
import {
  cutEmbeddings,
  PROMPT_EMBEDDINGS,
  PromptEmbeddings,
  type TextEmbedding,
  type TextModel,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { CaseChecks, expectRefusal } from '../compare.js';
import { openAnyGoldenCheckpoint, openGoldenModel } from '../golden-checkpoint.js';
import type { GoldenCase, GoldenSet } from '../golden-set.js';
import type { CaseResult, ParityStage } from '../parity-stage.js';
import { runPlainPipeline } from '../plain-pipeline.js';

const sessions = createOrtSessions();

interface LoadedEmbedding {
  readonly file: string;
  readonly token: string;
}

/** Textual inversions: the vectors of a file, and prompts that name them. */
export const textualInversion: ParityStage = {
  stage: 'textual_inversion',
  async run(goldenCase, set) {
    const { file, checkpoint, embeddings } = goldenCase.params;
    // For a word in another case diffusers uses the first vector only; here it means all of them.
    if (goldenCase.isOptional && goldenCase.id.endsWith('.case'))
      return { outcome: 'unsupported', reason: 'of a token in another case diffusers takes the first vector alone' };
    if (typeof file === 'string') return compareVectors(goldenCase, set, file);
    const { text } = await openAnyGoldenCheckpoint(set, String(checkpoint));
    const loaded = embeddings as readonly LoadedEmbedding[];
    if (goldenCase.error !== null) return expectRefusal(goldenCase, () => openAll(goldenCase, set, text, loaded));
    const opened = await openAll(goldenCase, set, text, loaded);
    const { ids, states } = await encode(text, opened, String(goldenCase.params['prompt']));
    return new CaseChecks(goldenCase, set)
      .output('ids', ids, { dims: [1, ids.length], tolerance: 'exact' })
      .output('last_hidden_state', states.data, { dims: states.dims })
      .result();
  },
  close: () => sessions.close(),
};

/** Whole images with textual inversions in the prompt. */
export const textualInversionImage: ParityStage = {
  stage: 'textual_inversion_image',
  async run(goldenCase, set) {
    const { unet, vae, text } = await openAnyGoldenCheckpoint(set, String(goldenCase.params['checkpoint']));
    const { embeddings, prompt, negative_prompt: negative } = goldenCase.params;
    const opened = await openAll(goldenCase, set, text, embeddings as readonly LoadedEmbedding[]);
    const [towards, away] = [
      await encode(text, opened, String(prompt)),
      await encode(text, opened, String(negative ?? '')),
    ];
    const encoded = { positive: towards.states, negative: away.states };
    return runPlainPipeline({ goldenCase, set, inference: sessions }, { unet, vae, text, prompt: encoded });
  },
  close: () => sessions.close(),
};

async function compareVectors(goldenCase: GoldenCase, set: GoldenSet, file: string): Promise<CaseResult> {
  const { vectors } = await openGoldenModel(set, 'embedding', file);
  return new CaseChecks(goldenCase, set).output('vectors', vectors.data, { dims: vectors.dims }).result();
}

async function openAll(
  { params }: GoldenCase,
  set: GoldenSet,
  text: TextModel,
  loaded: readonly LoadedEmbedding[],
): Promise<PromptEmbeddings> {
  const isComfy = params['style'] !== undefined;
  const named = new Map<string, TextEmbedding>();
  for (const { file, token } of loaded) {
    const name = basename(file)
      .replace(/^sd\d_/, '')
      .replace(/\.\w+$/, '');
    named.set(isComfy ? `embedding:${name}` : token, await openGoldenModel(set, 'embedding', file));
  }
  if (isComfy) {
    const words = `${params['prompt']} ${params['negative_prompt'] ?? ''}`;
    const unknown = filesInText(PROMPT_EMBEDDINGS, words).find((name) => !named.has(`embedding:${name}`));
    if (unknown !== undefined) throw new Error(`the prompt names "${unknown}", which no file has`);
  }
  return new PromptEmbeddings(text, named);
}

async function encode(text: TextModel, embeddings: PromptEmbeddings, prompt: string) {
  const { ids } = text.tokenizer.encodePieces([cutEmbeddings(prompt, embeddings.ids)]);
  const feeds = embeddings.feeds(ids, [1, ids.length], text.config.hiddenSize);
  const { last_hidden_state: states } = await sessions.run(text.request({ takesVectors: true }), feeds);
  if (states === undefined) throw new Error('the text encoder gives out no states');
  return { ids, states };
}
