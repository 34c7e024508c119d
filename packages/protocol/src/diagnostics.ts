import { z } from 'zod';
import { reason } from './reasons.js';
import type { Wire } from './wire.js';

const name = z.string();
const names = z.array(z.string());
const whole = z.int();
/** From 1. */
const position = { line: whole, column: whole };
const node = {
  node: name,
  type: name.meta({ description: "The node's type, as the file names it." }),
  subgraph: name
    .optional()
    .meta({ description: 'The subgraph in which the node is; left out for the workflow itself.' }),
};
const input = { ...node, input: name };
const source = { ...input, source: name };
const output = { ...source, output: name };
const param = { ...node, param: name };

/** What a param accepts, as data. The problems that hold it say the same in English as `expected`. */
const paramRule = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('number'), min: z.number(), max: z.number() }),
    z.object({ kind: z.literal('integer'), min: z.number(), max: z.number(), multipleOf: z.number().optional() }),
    z.object({ kind: z.literal('seed'), max: name }),
    z
      .object({ kind: z.literal('seed-in-quotes'), above: whole, max: name })
      .meta({ description: 'A number of this size would be rounded by JSON.' }),
    z.object({ kind: z.literal('boolean') }),
    z.object({ kind: z.literal('text') }),
    z.object({ kind: z.literal('text-length'), max: whole }),
    z.object({ kind: z.literal('pattern'), meaning: name }),
    z.object({ kind: z.literal('choice'), options: names }),
    z.object({ kind: z.literal('image') }),
    z.object({ kind: z.literal('checkpoint'), model: name.optional() }),
  ])
  .meta({ id: 'ParamRule', description: 'What a param accepts.' });
const expectation = { expected: name, got: name, rule: paramRule.optional() };

export type ParamRule = Wire<typeof paramRule>;

/** One problem that a user can cause and fix, as a code and the facts. graph-core makes the words. */
export const diagnostic = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('invalid-json'), reason: name, line: whole.optional(), column: whole.optional() }),
    z.object({ code: z.literal('too-large'), sizeBytes: whole, limitBytes: whole }),
    z.object({ code: z.literal('too-deep'), limit: whole, ...position }),
    z.object({ code: z.literal('duplicate-key'), key: name, ...position }),
    z.object({ code: z.literal('wrong-format'), got: name }),
    z.object({ code: z.literal('newer-version'), version: z.number(), supported: whole }),
    z.object({ code: z.literal('wrong-shape'), at: name, expected: name, got: name }),
    z.object({ code: z.literal('bad-node-id'), id: name }),
    z.object({
      code: z.literal('unknown-type'),
      ...node,
      similar: names,
      hint: name.optional().meta({ description: 'The advice of the node itself.' }),
    }),
    z.object({ code: z.literal('unknown-input'), ...input, known: names }),
    z.object({
      code: z.literal('missing-input'),
      ...input,
      expected: name,
      givenBy: names.meta({ description: 'Node types that give a value of the expected type.' }),
    }),
    z.object({ code: z.literal('bad-link'), ...input, got: name }),
    z.object({ code: z.literal('unknown-source'), ...source, similar: names }),
    z.object({ code: z.literal('unknown-output'), ...output, known: names }),
    z.object({
      code: z.literal('wrong-link-type'),
      ...output,
      expected: name,
      got: name,
      between: names.meta({ description: 'Node types that convert the given type to the expected one.' }),
      givenBy: names,
    }),
    z.object({ code: z.literal('unknown-param'), ...param, known: names }),
    z.object({ code: z.literal('wrong-param'), ...param, ...expectation }),
    z
      .object({
        code: z.literal('conflicting-params'),
        ...node,
        params: names,
        problem: name,
        because: reason.optional(),
      })
      .meta({ description: 'Incompatible settings of a node, or of a node and its input.' }),
    z.object({ code: z.literal('no-bypass'), ...node, output: name, outputType: name }),
    z
      .object({ code: z.literal('unread-text'), ...param, text: name, advice: name })
      .meta({ description: 'A warning: what another program reads in a text is words here. The workflow runs.' }),
    z
      .object({ code: z.literal('newer-plugin'), plugin: name, version: name, installed: name })
      .meta({ description: 'A warning: the workflow is of a newer version of a plug-in than is installed.' }),
    z.object({ code: z.literal('file-problem'), ...param, problem: name, because: reason.optional() }),
    z.object({ code: z.literal('missing-output'), ...output, problem: name, because: reason.optional() }),
    z.object({ code: z.literal('input-without-param'), name, place: name }),
    z.object({ code: z.literal('input-of-unlike-params'), name, places: names }),
    z.object({ code: z.literal('no-such-input'), name, similar: names, known: names }),
    z.object({ code: z.literal('wrong-input'), name, ...expectation }),
    z.object({ code: z.literal('cycle'), nodes: names, subgraph: name.optional() }),
    z.object({ code: z.literal('subgraph-cycle'), subgraphs: names }),
    z.object({
      code: z.literal('subgraph-port'),
      subgraph: name,
      kind: z.enum(['input', 'output', 'param']),
      name,
      place: name.meta({ description: 'Its target, as in the file.' }),
      got: name.optional().meta({ description: 'What came, if there is something of another type.' }),
      expected: name,
    }),
    z.object({
      code: z.enum(['too-many-nodes', 'too-many-links', 'too-many-characters']),
      // Copies of copies may be more than an integer holds exactly.
      count: z.number(),
      limit: whole,
    }),
    z.object({ code: z.literal('more-problems'), count: whole }),
    z.object({ code: z.literal('unknown-target'), target: name, similar: names }),
    z.object({ code: z.literal('muted-target'), target: name }),
    z.object({ code: z.literal('nothing-to-run') }),
  ])
  .meta({ id: 'Diagnostic', description: 'One problem of a workflow: a code and its facts.' });

export type Diagnostic = Wire<typeof diagnostic>;
