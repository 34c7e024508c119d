import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import { translatedNodes } from '../translated-nodes.js';

export const nodeHandlers: Handlers<'nodes'> = {
  // A definition that evaluates carries a function, which JSON leaves out by itself.
  async listNodes({ query: { language = 'en' } }, server) {
    const { packages, problems } = server.plugins;
    const nodes = await translatedNodes(server, language);
    return jsonReply({ nodes, packages: [...packages], pluginProblems: [...problems] });
  },
};
