import type { NodeMessages } from '@unclip-studio/graph-core';

/**
 * The texts of the nodes in a language, which are a file by its tag; those in English are in the definitions.
 *
 * @param language a tag of `LANGUAGES`
 */
export async function nodeMessagesIn(language: string): Promise<NodeMessages> {
  return language === 'en' ? {} : (await import(`./${language}.js`)).messages;
}
