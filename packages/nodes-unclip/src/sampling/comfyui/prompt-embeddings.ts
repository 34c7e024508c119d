import type { PromptPiece } from '../../tokenizer/clip-tokenizer.js';
import type { EmbeddingIds } from '../prompt-embeddings.js';

const MARK = 'embedding:';

/**
 * Cuts `embedding:NAME` out of a text as ComfyUI does: it begins the text or follows a space, and reaches to the next one; commas
 * around a name that no file has are text. A name that no file has even so is dropped, and the words around it stay.
 *
 * @see ComfyUI 0.3.64, comfy/sd1_clip.py, SDTokenizer.tokenize_with_weights and _try_get_embedding
 */
export function cutComfyUiEmbeddings(text: string, embeddings: EmbeddingIds): PromptPiece {
  const [start = '', ...others] = text.split(` ${MARK}`);
  const words = [start, ...others.map((rest) => MARK + rest)].filter((word) => word !== '');
  return words.flatMap((word) => (word.startsWith(MARK) ? readNaming(word.slice(MARK.length), embeddings) : [word]));
}

/** @param rest a name, and the words behind it */
function readNaming(rest: string, embeddings: EmbeddingIds): readonly (string | readonly number[])[] {
  const [name = '', ...behind] = rest.trim().split(/\s+/u);
  const bare = name.replace(/^,+|,+$/gu, '');
  const whole = embeddings.get(MARK + name);
  const vectors = whole ?? embeddings.get(MARK + bare);
  // Of a name with commas at both ends it is the last of them that are text.
  const commas = whole === undefined ? name.slice(bare.length) : '';
  const left = [commas, ...behind].filter((part) => part !== '').join(' ');
  return [...(vectors === undefined ? [] : [vectors]), ...(left === '' ? [] : [left])];
}
