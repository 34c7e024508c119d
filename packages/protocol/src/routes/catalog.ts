import { z } from 'zod';
import { count } from '../fields.js';
import type { RouteTable } from '../route.js';
import type { Wire } from '../wire.js';

const port = z.looseObject({ type: z.string(), help: z.string() });

const nodeDefinition = z
  .looseObject({
    type: z.string(),
    version: z.int(),
    title: z.string(),
    description: z.string(),
    keywords: z.array(z.string()).optional().meta({ description: 'Other words by which people look for it.' }),
    category: z.string(),
    inputs: z.record(z.string(), port),
    outputs: z.record(z.string(), port),
    params: z.record(z.string(), z.looseObject({ kind: z.string(), help: z.string() })),
  })
  .meta({ id: 'NodeDefinition', description: 'What a node type takes, gives and can be set to.' });

/** The definitions that a page draws from; `NodeDefinition` of graph-core is the whole of one. */
export const definitions = z.array(nodeDefinition);

const modelRecord = z
  .object({
    name: z.string(),
    pipeline: z.string().optional().meta({ description: 'The pipeline that diffusers would load it with.' }),
    sizeBytes: count,
  })
  .meta({ id: 'Model', description: 'An installed checkpoint, or another model that comes by itself.' });
const modelKind = z.string().max(32).meta({
  description: 'What `model` of a param says, such as `vae`; checkpoints when left out.',
});

export type ModelRecord = Wire<typeof modelRecord>;

export const nodeRoutes = {
  listNodes: {
    method: 'get',
    path: '/api/nodes',
    summary: 'The node types that workflows may use',
    answers: { 200: { description: 'The node types.', schema: z.object({ nodes: definitions }) } },
  },
} as const satisfies RouteTable;

export const modelRoutes = {
  listModels: {
    method: 'get',
    path: '/api/models',
    summary: 'The checkpoints that the operator has installed, or models of another kind',
    query: z.strictObject({ kind: modelKind.optional() }),
    answers: { 200: { description: 'The models, by name.', schema: z.object({ models: z.array(modelRecord) }) } },
  },
} as const satisfies RouteTable;
