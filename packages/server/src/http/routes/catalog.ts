import { translateDefinition } from '@unclip-studio/graph-core';
import { nodeMessagesIn } from '@unclip-studio/nodes-unclip';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';

export const nodeHandlers: Handlers<'nodes'> = {
  // A definition that evaluates carries a function, which JSON leaves out by itself.
  async listNodes({ query: { language = 'en' } }, { catalog, plugins }) {
    const { packages, problems } = plugins;
    const messages = await nodeMessagesIn(language);
    const nodes = [...catalog.types.values()].map((node) => {
      const own = node.plugin && plugins.messagesOf(node.plugin.name, language);
      return own || language !== 'en' ? translateDefinition(node, { ...messages, ...own }) : node;
    });
    return jsonReply({ nodes, packages: [...packages], pluginProblems: [...problems] });
  },
};
