import {
  describeDiagnostic,
  dissolveSubgraph,
  expandWorkflow,
  fingerprintPlan,
  formatWorkflow,
  makeSubgraph,
  parseWorkflow,
  planRun,
  type Subgraph,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { sha256, stubCatalog, workflowOf } from '../support/stub-nodes.js';
import { randomRuns } from '../support/test-seed.js';

/** x -> x + plus + 1, by two nodes. */
const PLUS: Subgraph = {
  title: 'Plus',
  nodes: {
    one: { type: 'Add', params: { plus: 1 } },
    more: { type: 'Add', inputs: { left: 'one.value' }, params: { plus: 10 } },
  },
  inputs: { x: { type: 'number', to: ['one.left'] } },
  outputs: { sum: 'more.value' },
  params: { plus: 'more.plus' },
};

const TWICE: Workflow = {
  ...workflowOf({
    start: { type: 'Constant', params: { value: 5 } },
    first: { type: 'subgraph:plus', inputs: { x: 'start.value' } },
    second: { type: 'subgraph:plus', inputs: { x: 'first.sum' }, params: { plus: 100 } },
    end: { type: 'Add', inputs: { left: 'second.sum' } },
  }),
  subgraphs: { plus: PLUS },
};

function messages(workflow: Workflow, targets?: readonly string[]): readonly string[] {
  const plan = planRun(workflow, stubCatalog, targets);
  return plan.ok ? [] : plan.diagnostics.map(describeDiagnostic);
}

/** Fingerprints of what the workflow gives at its ends: its meaning. */
async function meaningOf(workflow: Workflow, targets?: readonly string[]): Promise<readonly string[]> {
  const plan = planRun(workflow, stubCatalog, targets);
  if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
  const named = await fingerprintPlan(plan.value, { hash: sha256, identify: async (_, name) => name });
  if (!named.ok) throw new Error('no fingerprints');
  return named.value.targets.map((place) => named.value.fingerprints[place] ?? '').sort();
}

describe('a subgraph', () => {
  test('runs as its nodes written out would, each use with its own params', async () => {
    const run = await runRig().run(TWICE);

    expect(run.values.get('end')).toEqual({ value: 5 + 1 + 10 + 1 + 100 });
    expect(run.started).toEqual(['start', 'first/one', 'first/more', 'second/one', 'second/more', 'end']);
  });

  test('has the fingerprints of its nodes written out, so that the cache knows them', async () => {
    const rig = runRig();
    await rig.run(TWICE);
    const inline = workflowOf({
      a: { type: 'Constant', params: { value: 5 } },
      b: { type: 'Add', inputs: { left: 'a.value' }, params: { plus: 1 } },
      c: { type: 'Add', inputs: { left: 'b.value' }, params: { plus: 10 } },
    });

    expect((await rig.run(inline)).started).toEqual([]);
  });

  test('used twice with the same inputs is evaluated once, also within one run', async () => {
    const nodes = {
      start: { type: 'Constant', params: { value: 5 } },
      first: { type: 'subgraph:plus', inputs: { x: 'start.value' } },
      second: { type: 'subgraph:plus', inputs: { x: 'start.value' }, params: { plus: 20 } },
      end: { type: 'Add', inputs: { left: 'first.sum', right: 'second.sum' } },
    };

    const run = await runRig().run({ ...TWICE, nodes });

    expect(run.values.get('end')).toEqual({ value: 5 + 1 + 10 + 5 + 1 + 20 });
    expect(run.started).toEqual(['start', 'first/one', 'first/more', 'second/more', 'end']);
    expect(run.cachedIds).toEqual(['second/one']);
  });

  test('may contain subgraphs, whose params and ports lead through', async () => {
    const nested: Workflow = {
      ...workflowOf({
        start: { type: 'Constant', params: { value: 1 } },
        outer: { type: 'subgraph:outer', inputs: { in: 'start.value' }, params: { amount: 7 } },
        end: { type: 'Add', inputs: { left: 'outer.out' } },
      }),
      subgraphs: {
        plus: PLUS,
        outer: {
          nodes: { inner: { type: 'subgraph:plus' } },
          inputs: { in: { type: 'number', to: ['inner.x'] } },
          outputs: { out: 'inner.sum' },
          params: { amount: 'inner.plus' },
        },
      },
    };

    const run = await runRig().run(nested);

    expect(run.values.get('end')).toEqual({ value: 1 + 1 + 7 });
    expect(run.started).toContain('outer/inner/more');
  });

  test('if bypassed passes its input through, and if muted also mutes its readers', async () => {
    const withMode = (mode: 'bypass' | 'mute') => ({
      ...TWICE,
      nodes: { ...TWICE.nodes, second: { ...TWICE.nodes['second'], mode } as WorkflowNode },
    });

    const bypassed = await runRig().run(withMode('bypass'));

    expect(bypassed.values.get('end')).toEqual({ value: 5 + 1 + 10 });
    expect(messages(withMode('mute'), ['end'])).toEqual([
      'Node "end" is muted, or reads a muted node, so it cannot be run. Switch the mute off.',
    ]);
  });

  test('is a target by the id of its node: what it gives is evaluated', async () => {
    const run = await runRig().run(TWICE, { targets: ['first'] });

    expect(run.started).toEqual(['start', 'first/one', 'first/more']);
  });

  test('of a depth of 2,000 needs no recursion', async () => {
    const subgraphs: Record<string, Subgraph> = { s0: PLUS };
    for (let i = 1; i < 2000; i++) {
      subgraphs[`s${i}`] = {
        nodes: { inner: { type: `subgraph:s${i - 1}` } },
        inputs: { x: { type: 'number', to: ['inner.x'] } },
        outputs: { sum: 'inner.sum' },
      };
    }
    const deep: Workflow = {
      ...workflowOf({
        start: { type: 'Constant' },
        top: { type: 'subgraph:s1999', inputs: { x: 'start.value' } },
        end: { type: 'Add', inputs: { left: 'top.sum' } },
      }),
      subgraphs,
    };

    expect((await runRig().run(deep)).values.get('end')).toEqual({ value: 11 });
  });
});

describe('the words for a wrong subgraph', () => {
  test('name the subgraph and the node in it, once however often it is used', () => {
    const wrong: Subgraph = { ...PLUS, nodes: { ...PLUS.nodes, more: { type: 'Add', inputs: { left: 'on.value' } } } };

    expect(messages({ ...TWICE, subgraphs: { plus: wrong } })).toEqual([
      'Node "more" (Add) in subgraph "plus", input "left": there is no node "on". Did you mean "one"? Connect it to a node of this workflow.',
    ]);
  });

  test('name what is missing at the subgraph node', () => {
    const nodes = {
      ...TWICE.nodes,
      second: { type: 'subgraph:plus', inputs: { y: 'first.sum' }, params: { plus: 'a lot' } },
    };

    expect(messages({ ...TWICE, nodes })).toEqual([
      'Node "second" (subgraph:plus), param "plus": expected a whole number from -1000000000 to 1000000000, got "a lot".',
      'Node "second" (subgraph:plus): it has no input "y". Its inputs are "x".',
      'Node "second" (subgraph:plus), input "x": expected number, got nothing. Connect Constant, Add or Collect.',
    ]);
  });

  test('name ports that lead nowhere, or to something of another type', () => {
    const wrong: Subgraph = {
      ...PLUS,
      inputs: { x: { type: 'number', to: ['one.left'] }, text: { type: 'text', to: ['one.right'] } },
      outputs: { sum: 'more.total' },
      params: { plus: 'nobody.plus' },
    };
    const workflow = { ...TWICE, nodes: { start: TWICE.nodes['start'] as WorkflowNode }, subgraphs: { plus: wrong } };

    expect(messages(workflow)).toEqual([
      'Subgraph "plus", input "text": expected an input of type text inside, got "one.right" of type number. Connect it to something inside, or remove it.',
      'Subgraph "plus", output "sum": expected an output of a node inside, got "more.total", which is not there. Connect it to something inside, or remove it.',
      'Subgraph "plus", param "plus": expected a param of a node inside, got "nobody.plus", which is not there. Connect it to something inside, or remove it.',
    ]);
  });

  test('report subgraphs that contain each other, and a missing one', () => {
    const held = (name: string): Subgraph => ({ nodes: { in: { type: `subgraph:${name}` } } });
    const workflow = { ...workflowOf({ n: { type: 'Constant' } }), subgraphs: { a: held('b'), b: held('a') } };

    expect(messages(workflow)).toContain(
      'The subgraphs "a" -> "b" -> "a" contain each other in a cycle. Take one of them out of the other.',
    );
    expect(messages({ ...TWICE, nodes: { n: { type: 'subgraph:plos' } } })).toEqual([
      'Node "n" (subgraph:plos): there is no node type "subgraph:plos". Did you mean "subgraph:plus"? See all with: unclip nodes',
    ]);
  });

  test('stop a file that would grow without measure', () => {
    const subgraphs: Record<string, Subgraph> = { s0: { nodes: { n: { type: 'Constant' } } } };
    for (let i = 1; i < 30; i++) {
      const type = `subgraph:s${i - 1}`;
      subgraphs[`s${i}`] = { nodes: { a: { type }, b: { type } } };
    }
    const bomb = { ...workflowOf({ n: { type: 'subgraph:s29' } }), subgraphs };

    expect(messages(bomb)).toEqual([
      'Subgraphs and sweeps make 1610612735 nodes of this workflow; the limit is 50000. Sweep over fewer values, or use fewer copies.',
    ]);
  });

  test('name a wrong form when the file is read', () => {
    const file = {
      ...TWICE,
      subgraphs: { plus: { ...PLUS, nodes: { one: {} }, inputs: { x: 'one.left' }, outputs: { sum: 'more' } } },
    };
    const parsed = parseWorkflow(JSON.stringify(file));

    expect(parsed.ok ? [] : parsed.diagnostics.map(describeDiagnostic)).toEqual([
      'Subgraph "plus", Node "one", "type": expected the name of a node type, got nothing. Correct it in the file.',
      'Subgraph "plus", "inputs", "x": expected an object with "type" and "to", got "one.left". Correct it in the file.',
      'Subgraph "plus", "outputs", "sum": expected a source written "node.output", got "more". Correct it in the file.',
    ]);
  });
});

/** A random graph of numbers, each node reading earlier ones, and some of its nodes. */
const graphs = fc
  .tuple(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 3, maxLength: 14 }), fc.nat())
  .map(([shape, pick]) => {
    const nodes: Record<string, WorkflowNode> = { n0: { type: 'Constant', params: { value: 3 } } };
    for (const [i, [left, right, hasRight]] of shape.entries()) {
      const inputs = { left: `n${left % (i + 1)}.value`, ...(hasRight && { right: `n${right % (i + 1)}.value` }) };
      nodes[`n${i + 1}`] = { type: 'Add', inputs, params: { plus: i } };
    }
    const ids = Object.keys(nodes);
    const chosen = new Set(ids.filter((_, i) => (pick >> (i % 20)) % 2 === 1));
    return { workflow: workflowOf(nodes), chosen: chosen.size === 0 ? new Set(['n1']) : chosen };
  });

describe('making a subgraph', () => {
  const NAMES = { name: 'made', id: 'whole' };

  test('keeps the meaning, and dissolving it restores the workflow', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async ({ workflow, chosen }) => {
        const made = makeSubgraph(workflow, chosen, NAMES, stubCatalog);
        if ('kind' in made) {
          expect(made.kind).toBe('between');
          return;
        }
        expect(messages(made)).toEqual([]);
        expect(await meaningOf(made)).toEqual(await meaningOf(workflow));
        const dissolved = dissolveSubgraph(made, 'whole', stubCatalog);
        expect(formatWorkflow(dissolved?.workflow as Workflow)).toBe(formatWorkflow(workflow));
        expect(parseWorkflow(formatWorkflow(made)).ok).toBe(true);
      }),
      { numRuns: randomRuns(120) },
    );
  });

  test('of what a workflow input and a sweep set keeps both working', async () => {
    const workflow: Workflow = {
      ...workflowOf({
        start: { type: 'Constant', params: { value: 1 } },
        sum: { type: 'Add', inputs: { left: 'start.value' }, params: { plus: 2 } },
        all: { type: 'Collect', inputs: { number: 'sum.value' }, params: { x: 'sum.plus', xValues: '1..3' } },
      }),
      inputs: { amount: { to: ['sum.plus'] } },
    };

    const made = makeSubgraph(workflow, new Set(['start', 'sum']), NAMES, stubCatalog) as Workflow;

    expect(made.inputs).toEqual({ amount: { to: ['whole.plus'] } });
    expect(made.nodes['all']?.params).toEqual({ x: 'whole.plus', xValues: '1..3' });
    expect(await meaningOf(made)).toEqual(await meaningOf(workflow));
    expect(dissolveSubgraph(made, 'whole', stubCatalog)?.workflow).toEqual(workflow);
  });

  test('names the nodes in between, or the sweep that reaches out', () => {
    const chain = workflowOf({
      a: { type: 'Constant' },
      b: { type: 'Add', inputs: { left: 'a.value' } },
      c: { type: 'Collect', inputs: { number: 'b.value' }, params: { x: 'b.plus', xValues: '1' } },
    });

    expect(makeSubgraph(chain, new Set(['a', 'c']), NAMES, stubCatalog)).toEqual({ kind: 'between', nodes: ['b'] });
    expect(makeSubgraph(chain, new Set(['c']), NAMES, stubCatalog)).toEqual({ kind: 'sweeps-outside', nodes: ['c'] });
  });

  test('of unknown nodes loses nothing', () => {
    const future = { type: 'FromTheFuture', inputs: { thing: 'a.value' }, params: { deep: { er: 1 } }, extra: [1] };
    const workflow = workflowOf({
      a: { type: 'Constant' },
      new: future,
      b: { type: 'Add', inputs: { left: 'new.out' } },
    });

    const made = makeSubgraph(workflow, new Set(['new']), NAMES, stubCatalog) as Workflow;

    expect(dissolveSubgraph(made, 'whole', stubCatalog)?.workflow).toEqual(workflow);
  });
});

test('expanding is linear: twice the nodes are twice the reads of nodes', () => {
  const reads = (uses: number) => {
    let count = 0;
    const counted = <Value extends object>(value: Value): Value =>
      new Proxy(value, {
        get(target, key, receiver) {
          count++;
          return Reflect.get(target, key, receiver);
        },
      });
    const nodes: Record<string, WorkflowNode> = { n0: { type: 'Constant' } };
    for (let i = 1; i <= uses; i++) {
      const source = i === 1 ? 'n0.value' : `n${i - 1}.sum`;
      nodes[`n${i}`] = counted({ type: 'subgraph:plus', inputs: { x: source } });
    }
    const subgraphs = { plus: { ...PLUS, nodes: counted(PLUS.nodes) } };
    const expanded = expandWorkflow({ ...workflowOf(nodes), subgraphs }, stubCatalog);
    expect(expanded.ok && Object.keys(expanded.value.workflow.nodes).length).toBe(2 * uses + 1);
    return count;
  };

  expect(reads(5000) / reads(2500)).toBeLessThan(2.1);
});

test('10,000 nodes in 100 subgraphs run', async () => {
  const nodes: Record<string, WorkflowNode> = { n0: { type: 'Add' } };
  for (let i = 1; i < 100; i++) nodes[`n${i}`] = { type: 'Add', inputs: { left: `n${i - 1}.value` } };
  const hundred: Subgraph = {
    nodes,
    inputs: { in: { type: 'number', to: ['n0.left'] } },
    outputs: { out: 'n99.value' },
    params: { plus: 'n0.plus' },
  };
  const top: Record<string, WorkflowNode> = { start: { type: 'Constant' } };
  for (let i = 0; i < 100; i++) {
    const source = i === 0 ? 'start.value' : `s${i - 1}.out`;
    top[`s${i}`] = { type: 'subgraph:hundred', inputs: { in: source }, params: { plus: i } };
  }
  const workflow = { ...workflowOf(top), subgraphs: { hundred } };

  const run = await runRig().run(workflow);

  expect(run.evaluated).toBe(10_001);
  expect([...run.values.values()]).toEqual([{ value: 4950 }]);
});
