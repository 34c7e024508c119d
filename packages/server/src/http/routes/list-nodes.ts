import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

const definition = z
  .looseObject({
    type: z.string(),
    version: z.int(),
    title: z.string(),
    description: z.string(),
    category: z.string(),
    inputs: z.record(z.string(), z.looseObject({ type: z.string(), help: z.string() })),
    outputs: z.record(z.string(), z.looseObject({ type: z.string(), help: z.string() })),
    params: z.record(z.string(), z.looseObject({ kind: z.string(), help: z.string() })),
  })
  .meta({ id: 'NodeDefinition', description: 'What a node type takes, gives and can be set to.' });

export const listNodes = defineRoute({
  id: 'listNodes',
  method: 'get',
  path: '/api/nodes',
  tag: 'nodes',
  summary: 'The node types that workflows may use',
  replies: { 200: { description: 'The node types.', schema: z.object({ nodes: z.array(definition) }) } },
  handle: (_, { catalog }) => {
    // A definition that evaluates carries a function, which JSON leaves out by itself.
    return jsonReply({ nodes: [...catalog.types.values()] });
  },
});
