import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';

export const nodeHandlers: Handlers<'nodes'> = {
  // A definition that evaluates carries a function, which JSON leaves out by itself.
  listNodes: (_, { catalog }) => jsonReply({ nodes: [...catalog.types.values()] }),
};
