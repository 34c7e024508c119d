import { type NodeMessages, translateDefinition } from '@unclip-studio/graph-core';
import { NODE_MESSAGES } from '@unclip-studio/nodes-unclip';
import type { Language } from '@unclip-studio/protocol';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';

export const nodeHandlers: Handlers<'nodes'> = {
  // A definition that evaluates carries a function, which JSON leaves out by itself.
  async listNodes({ query: { language = 'en' } }, { catalog }) {
    const nodes = [...catalog.types.values()];
    if (language === 'en') return jsonReply({ nodes });
    const messages = await messagesIn(language);
    return jsonReply({ nodes: nodes.map((node) => translateDefinition(node, messages)) });
  },
};

function messagesIn(language: Exclude<Language, 'en'>): Promise<NodeMessages> {
  return NODE_MESSAGES[language]();
}
