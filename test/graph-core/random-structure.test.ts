import {
  applyInputs,
  describeDiagnostic,
  describeInputs,
  dissolveSubgraph,
  findWritten,
  formatWorkflow,
  parseWorkflow,
  planRun,
  type Subgraph,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { stubCatalog, workflowOf } from '../support/stub-nodes.js';
import { randomRuns } from '../support/test-seed.js';

// Names that every object inherits are names like any other.
const name = fc.constantFrom('a', 'b', 'c', 'toString', 'valueOf');
const port = fc.constantFrom('left', 'right', 'number', 'value', 'text', 'first', 'toString', 'plus', 'x', 'p');
const place = fc.tuple(name, port).map(([node, at]) => `${node}.${at}`);
const type = fc.constantFrom(
  ...['Constant', 'Add', 'Add', 'Print', 'Show', 'Collect', 'Nobody'],
  ...['subgraph:a', 'subgraph:b', 'subgraph:toString', 'subgraph:gone'],
);
const value = fc.oneof(fc.integer({ min: -5, max: 5 }), place, fc.constantFrom('1..3', '1, 2', '', 'x.y.z'));
const node = fc.record(
  {
    type,
    mode: fc.constantFrom('bypass', 'mute'),
    inputs: fc.dictionary(port, place, { maxKeys: 3, noNullPrototype: true }),
    params: fc.dictionary(fc.constantFrom('plus', 'value', 'x', 'xValues', 'y', 'yValues', 'p', 'toString'), value, {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['type'], noNullPrototype: true },
);
const nodes = fc.dictionary(name, node, { maxKeys: 5, noNullPrototype: true });
const subgraph = fc.record(
  {
    nodes,
    inputs: fc.dictionary(
      port,
      fc.record({ type: fc.constantFrom('number', 'text'), to: fc.array(place, { maxLength: 2 }) }),
      {
        maxKeys: 3,
        noNullPrototype: true,
      },
    ),
    outputs: fc.dictionary(port, place, { maxKeys: 3, noNullPrototype: true }),
    params: fc.dictionary(port, place, { maxKeys: 3, noNullPrototype: true }),
  },
  { requiredKeys: ['nodes'], noNullPrototype: true },
);
const workflows = fc
  .record({
    nodes,
    subgraphs: fc.dictionary(name, subgraph, { maxKeys: 3, noNullPrototype: true }),
    inputs: fc.dictionary(name, fc.record({ to: fc.array(place, { minLength: 1, maxLength: 2 }) }), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
  })
  .map((parts) => ({ format: 'unclip-workflow', version: 1, ...parts }) as unknown as Workflow);

test('any structure in a file is reported with messages, and nothing throws', () => {
  fc.assert(
    fc.property(workflows, (file) => {
      const parsed = parseWorkflow(formatWorkflow(file));
      if (!parsed.ok) throw new Error(parsed.diagnostics.map(describeDiagnostic).join('\n'));
      const plan = planRun(parsed.value, stubCatalog);

      if (!plan.ok) for (const problem of plan.diagnostics) expect(describeDiagnostic(problem)).toMatch(/\S/);
      for (const input of describeInputs(parsed.value, stubCatalog)) {
        expect(typeof applyInputs(parsed.value, { [input.name]: input.value }, stubCatalog).ok).toBe('boolean');
      }
    }),
    { numRuns: randomRuns(600) },
  );
});

const picks = fc.infiniteStream(fc.nat());

/** Subgraphs that hold earlier ones, with ports and params of any name, and sweeps over what they let be set. */
function soundWorkflow(stream: Iterable<number>): Workflow {
  const numbers = stream[Symbol.iterator]();
  const pick = (below: number) => (numbers.next().value as number) % below;
  const names = ['x', 'toString', 'valueOf', 'plus'];
  const subgraphs: Record<string, Subgraph> = {};
  const portsOf = new Map<string, { readonly in: string; readonly out: string; readonly param: string }>();
  const makeBody = (level: number) => {
    const nodes: Record<string, WorkflowNode> = { n0: { type: 'Add', inputs: {} } };
    const outputs = ['n0.value'];
    const params = ['n0.plus'];
    for (let i = 1; i < 2 + pick(4); i++) {
      const id = `n${i}`;
      const source = outputs[pick(outputs.length)] as string;
      const used = level > 0 && pick(2) === 0 ? pick(level) : undefined;
      const mode = pick(8) === 0 ? { mode: 'bypass' as const } : {};
      if (used !== undefined) {
        const ports = portsOf.get(`s${used}`) ?? { in: '', out: '', param: '' };
        nodes[id] = {
          type: `subgraph:s${used}`,
          inputs: { [ports.in]: source },
          params: { [ports.param]: pick(9) },
          ...mode,
        };
        outputs.push(`${id}.${ports.out}`);
        if (mode.mode === undefined) params.push(`${id}.${ports.param}`);
      } else {
        nodes[id] = { type: 'Add', inputs: { left: source }, params: { plus: pick(9) }, ...mode };
        outputs.push(`${id}.value`);
      }
    }
    return { nodes, outputs, params };
  };
  for (let level = 0; level < 1 + pick(4); level++) {
    const { nodes, outputs, params } = makeBody(level);
    const ports = { in: names[pick(4)] as string, out: names[pick(4)] as string, param: names[pick(4)] as string };
    portsOf.set(`s${level}`, ports);
    subgraphs[`s${level}`] = {
      nodes,
      inputs: { [ports.in]: { type: 'number', to: ['n0.left'] } },
      outputs: { [ports.out]: outputs[pick(outputs.length)] as string },
      params: { [ports.param]: params[pick(params.length)] as string },
    };
  }
  const { nodes, outputs, params } = makeBody(Object.keys(subgraphs).length);
  nodes['n0'] = { type: 'Add', inputs: { left: 'start.value' } };
  nodes['start'] = { type: 'Constant', params: { value: pick(9) } };
  const swept = { x: params[pick(params.length)], xValues: '1..3' };
  nodes['sweep'] = {
    type: 'Collect',
    inputs: { number: outputs.at(-1) as string },
    params: pick(2) === 0 ? {} : swept,
  };
  return { ...workflowOf(nodes), subgraphs, inputs: { set: { to: [params[0] as string] } } };
}

test('plans refer back to the file, and give the same values as the expanded nodes', async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(picks, async (stream) => {
      const workflow = soundWorkflow(stream);
      const plan = planRun(workflow, stubCatalog);

      if (!plan.ok) {
        // All that can be wrong with it: a sweep over what it does not read, or what a bypass has cut off.
        const words = plan.diagnostics.map(describeDiagnostic).join('\n');
        expect(words).toMatch(/a param of a node that this one reads|a param of this workflow/);
        return;
      }
      planned++;
      for (const { id, definition } of plan.value.nodes) {
        expect([id, findWritten(workflow, id)?.node.type]).toEqual([id, definition.type]);
      }
      const once = await runRig().run(workflow);
      const dissolved = await runRig().run(dissolveAll(workflow));
      expect([...once.values.values()].map((one) => JSON.stringify(one)).sort()).toEqual(
        [...dissolved.values.values()].map((one) => JSON.stringify(one)).sort(),
      );
    }),
    { numRuns: randomRuns(100) },
  );
  expect(planned).toBeGreaterThan(50);
});

/** Without a subgraph left, as far as bypassed ones can be dissolved. */
function dissolveAll(workflow: Workflow): Workflow {
  for (const id of Object.keys(workflow.nodes)) {
    const dissolved = dissolveSubgraph(workflow, id, stubCatalog);
    if (dissolved !== undefined) return dissolveAll(dissolved.workflow);
  }
  return workflow;
}
