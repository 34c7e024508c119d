/** The files of a tokenizer folder do not make a CLIP tokenizer. */
export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';
}
