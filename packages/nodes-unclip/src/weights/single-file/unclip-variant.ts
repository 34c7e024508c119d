/** Properties of a published unCLIP model that the weights do not show. */
export interface UnclipVariant {
  readonly name: 'ViT-H' | 'ViT-L';
  readonly vision: { readonly num_attention_heads: number; readonly hidden_act: 'gelu' | 'quick_gelu' };
}

/**
 * Recognises stable-diffusion-2-1-unclip (OpenCLIP ViT-H/14, heads of 80) and -small (OpenAI CLIP ViT-L/14, heads of
 * 64) by the width of the class labels, which is twice that of the image embedding.
 *
 * @returns `null` for any other model
 */
export function unclipVariantOf(classEmbedDim: number): UnclipVariant | null {
  switch (classEmbedDim) {
    case 2048:
      return { name: 'ViT-H', vision: { num_attention_heads: 16, hidden_act: 'gelu' } };
    case 1536:
      return { name: 'ViT-L', vision: { num_attention_heads: 16, hidden_act: 'quick_gelu' } };
    default:
      return null;
  }
}
