import { z } from 'zod';
import { LANGUAGES, type Language } from '../languages.js';
import type { RouteTable } from '../route.js';

const port = z.looseObject({ type: z.string(), label: z.string().optional(), help: z.string() });

export const language = z
  .enum(Object.keys(LANGUAGES) as Language[])
  .meta({ id: 'Language', description: 'A language tag of BCP 47.' });

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

const nodePackage = z
  .object({
    name: z.string(),
    version: z.string(),
    migrations: z
      .array(z.looseObject({ version: z.string(), type: z.string() }))
      .meta({ description: 'What became of node types from one version to the next.' }),
  })
  .meta({ id: 'NodePackage' });

/** The definitions that a page draws from; `NodeDefinition` of graph-core is the whole of one. */
export const definitions = z.array(nodeDefinition);

export const nodeRoutes = {
  listNodes: {
    method: 'get',
    path: '/api/nodes',
    summary: 'The node types that workflows may use',
    query: z.strictObject({
      language: language.optional().meta({ description: 'Of titles, labels and help; English if left out.' }),
    }),
    answers: {
      200: {
        description: 'The node types.',
        schema: z.object({
          nodes: definitions,
          packages: z.array(nodePackage).meta({ description: 'Plug-ins that nodes come from.' }),
          pluginProblems: z
            .array(z.string())
            .meta({ description: 'Errors of plug-ins. If a reloaded one has errors, its previous nodes stay in use.' }),
        }),
      },
    },
  },
} as const satisfies RouteTable;
