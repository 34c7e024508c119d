import { type Catalog, type NodeDefinition, translateDefinition } from '@unclip-studio/graph-core';
import { nodeMessagesIn } from '@unclip-studio/nodes-unclip';
import type { Language } from '@unclip-studio/protocol';
import type { ServerParts } from './server-parts.js';

export type TranslatedParts = Pick<ServerParts, 'catalog' | 'plugins'>;

/** The node types with their texts in a language, and in English where there is no other text. */
export async function translatedNodes(
  { catalog, plugins }: TranslatedParts,
  language: Language,
): Promise<readonly NodeDefinition[]> {
  const messages = await nodeMessagesIn(language);
  return [...catalog.types.values()].map((node) => {
    const own = node.plugin && plugins.messagesOf(node.plugin.name, language);
    return own || language !== 'en' ? translateDefinition(node, { ...messages, ...own }) : node;
  });
}

/** The same as a catalog. */
export async function translatedCatalog(parts: TranslatedParts, language: Language): Promise<Catalog<NodeDefinition>> {
  const nodes = await translatedNodes(parts, language);
  return { ...parts.catalog, types: new Map(nodes.map((node) => [node.type, node])) };
}
