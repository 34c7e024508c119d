import { describeDiagnostic, expandWorkflow, planRun, type Subgraph, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { stubCatalog, workflowOf } from '../support/stub-nodes.js';

/** source -> left, right -> sum: one of the two is varied. */
const TABLE = workflowOf({
  source: { type: 'Constant', params: { value: 1000 } },
  left: { type: 'Add', inputs: { left: 'source.value' } },
  right: { type: 'Add', inputs: { left: 'source.value' } },
  sum: { type: 'Add', inputs: { left: 'left.value', right: 'right.value' } },
  all: {
    type: 'Collect',
    inputs: { number: 'sum.value' },
    params: { x: 'left.plus', xValues: '1..3', y: 'right.plus', yValues: '10, 20' },
  },
});

function withAxes(params: Readonly<Record<string, unknown>>): Workflow {
  const all = { ...TABLE.nodes['all'], type: 'Collect', params };
  return { ...TABLE, nodes: { ...TABLE.nodes, all } };
}

function messages(workflow: Workflow): readonly string[] {
  const plan = planRun(workflow, stubCatalog);
  return plan.ok ? [] : plan.diagnostics.map(describeDiagnostic);
}

describe('a sweep', () => {
  test('evaluates each combination, row by row, and once what does not differ', async () => {
    const evaluated: Record<string, number> = {};
    const services = {
      onEvaluate(type: string) {
        evaluated[type] = (evaluated[type] ?? 0) + 1;
      },
    };

    const run = await runRig().run(TABLE, { services });

    expect(run.values.get('all')).toEqual({
      text: 'plus/1,2,3/plus/10,20: 2011 2012 2013 2021 2022 2023',
      first: 2011,
    });
    // Once the source, three left, two right, six sums.
    expect(evaluated).toEqual({ Constant: 1, Add: 3 + 2 + 6, Collect: 1 });
    expect(run.started).toEqual(expect.arrayContaining(['source', 'left@3', 'right@0.2', 'sum@3.2', 'all']));
  });

  test('over more values evaluates only the new ones', async () => {
    const rig = runRig();
    await rig.run(TABLE);

    const more = await rig.run(withAxes({ x: 'left.plus', xValues: '1..4', y: 'right.plus', yValues: '10, 20' }));

    expect(more.started.toSorted()).toEqual(['all', 'left@4', 'sum@4.1', 'sum@4.2']);
  });

  test('leaves the nodes it varies as they are for others, and does not run them for itself alone', async () => {
    const shown = { type: 'Print', inputs: { number: 'left.value' } };

    const both = await runRig().run({ ...TABLE, nodes: { ...TABLE.nodes, shown } });
    const alone = await runRig().run(TABLE);

    expect(both.values.get('shown')).toEqual({ text: '1000' });
    expect(alone.started).not.toContain('left');
    expect((await runRig().run(TABLE, { targets: ['sum'] })).values.get('sum')).toEqual({ value: 2000 });
  });

  test('without an axis hands its one result on, and bypassed its input', async () => {
    const none = await runRig().run(withAxes({}));

    expect(none.values.get('all')).toEqual({ text: '///: 2000', first: 2000 });
    const bypassed = workflowOf({
      ...TABLE.nodes,
      all: { ...TABLE.nodes['all'], type: 'Collect', mode: 'bypass' },
      end: { type: 'Add', inputs: { left: 'all.first' } },
    });
    expect((await runRig().run(bypassed)).values.get('end')).toEqual({ value: 2000 });
  });

  test('of sweeps does the inner one for each value of the outer one', async () => {
    const workflow = workflowOf({
      source: { type: 'Constant', params: { value: 1 } },
      ten: { type: 'Add', inputs: { left: 'source.value' } },
      inner: { type: 'Collect', inputs: { number: 'ten.value' }, params: { x: 'ten.plus', xValues: '10, 20' } },
      after: { type: 'Add', inputs: { left: 'inner.first' } },
      outer: { type: 'Collect', inputs: { number: 'after.value' }, params: { x: 'source.value', xValues: '1..3' } },
    });

    const run = await runRig().run(workflow);

    expect(run.values.get('outer')).toEqual({ text: 'value/1,2,3//: 11 12 13', first: 11 });
    expect(run.started.filter((id) => id.startsWith('inner'))).toEqual(['inner@1', 'inner@2', 'inner@3']);
    expect(run.started).toContain('ten@3@2');
  });

  test('parallel to another one over the same node has its own values', async () => {
    const sweep = (xValues: string) => ({
      type: 'Collect',
      inputs: { number: 'sum.value' },
      params: { x: 'left.plus', xValues },
    });
    const nodes = { ...TABLE.nodes, all: sweep('1, 2'), others: sweep('10, 20, 30'), again: sweep('1, 2') };

    const run = await runRig().run({ ...TABLE, nodes });

    expect(['all', 'others', 'again'].map((id) => (run.values.get(id) as { text: string }).text)).toEqual([
      'plus/1,2//: 2001 2002',
      'plus/10,20,30//: 2010 2020 2030',
      'plus/1,2//: 2001 2002',
    ]);
    // Two of the three need the same copies.
    expect(run.started.filter((id) => id.startsWith('left@'))).toHaveLength(2 + 3);
  });

  test('inside another one over the same node, and also a target, leaves the copies of the outer one unchanged', async () => {
    const workflow = workflowOf({
      add: { type: 'Add', inputs: { left: 'source.value' } },
      source: { type: 'Constant' },
      inner: { type: 'Collect', inputs: { number: 'add.value' }, params: { x: 'add.plus', xValues: '10, 20' } },
      sum: { type: 'Add', inputs: { left: 'inner.first', right: 'add.value' } },
      outer: { type: 'Collect', inputs: { number: 'sum.value' }, params: { x: 'add.plus', xValues: '1, 2' } },
      shown: { type: 'Print', inputs: { number: 'inner.first' } },
    });

    const run = await runRig().run(workflow);

    expect(run.values.get('outer')).toMatchObject({ text: 'plus/1,2//: 11 12' });
    expect(run.values.get('shown')).toEqual({ text: '10' });
  });

  test('over another one that is copied for two outer ones with the same value is given to each', async () => {
    const sweep = (number: string, xValues: string) => ({
      type: 'Collect',
      inputs: { number },
      params: { x: 'n1.plus', xValues },
    });
    const stacked = workflowOf({
      n0: { type: 'Constant', params: { value: 1000 } },
      n1: { type: 'Add', inputs: { left: 'n0.value' }, params: { plus: 1 } },
      n2: sweep('n1.value', '1'),
      n3: sweep('n2.first', '1'),
      n4: sweep('n3.first', '3'),
      n5: { type: 'Add', inputs: { left: 'n0.value' }, params: { plus: 5 } },
      n6: { type: 'Add', inputs: { left: 'n2.first' }, params: { plus: 6 } },
      n7: sweep('n6.value', '3'),
    });

    const run = await runRig().run(stacked, { targets: ['n2', 'n3', 'n4', 'n7'] });

    const texts = ['n2', 'n3', 'n4', 'n7'].map((id) => (run.values.get(id) as { readonly text: string }).text);
    expect(texts.map((text) => text.split(': ')[1])).toEqual(['1001', '1001', '1001', '1007']);
  });

  test('of which an outer one needs only copies is not expanded itself, and is if it is requested', async () => {
    const nodes: Record<string, Workflow['nodes'][string]> = {
      source: { type: 'Constant' },
      add: { type: 'Add', inputs: { left: 'source.value' } },
    };
    const [count, params] = [8, { x: 'add.plus', xValues: '1, 2' }];
    for (let i = 0; i < count; i++) {
      const number = i === 0 ? 'add.value' : `sweep${i - 1}.first`;
      nodes[`sweep${i}`] = { type: 'Collect', inputs: { number }, params };
    }
    const workflow = workflowOf(nodes);

    const expanded = expandWorkflow(workflow, stubCatalog);

    // Two adders at the inmost, 1 + 2 + 4 ... sweeps, and what the file has; not 3^8 of each.
    expect(expanded.ok && Object.keys(expanded.value.workflow.nodes).length).toBeLessThan(1000);
    expect((await runRig().run(workflow, { targets: ['sweep0'] })).values.get('sweep0')).toMatchObject({ first: 1 });
  });

  test('varies a param inside a subgraph, or is inside one, with the same results', async () => {
    const plus: Subgraph = {
      nodes: { add: { type: 'Add' } },
      inputs: { in: { type: 'number', to: ['add.left'] } },
      outputs: { out: 'add.value' },
      params: { plus: 'add.plus' },
    };
    const outside: Workflow = {
      ...workflowOf({
        one: { type: 'Constant', params: { value: 1 } },
        group: { type: 'subgraph:plus', inputs: { in: 'one.value' } },
        all: { type: 'Collect', inputs: { number: 'group.out' }, params: { x: 'group.plus', xValues: '1..3' } },
      }),
      subgraphs: { plus },
    };
    const inside: Workflow = {
      ...workflowOf({ group: { type: 'subgraph:whole' } }),
      subgraphs: { whole: { nodes: outside.nodes, outputs: { text: 'all.text' } }, plus },
    };
    const rig = runRig();

    const run = await rig.run(outside);

    expect(run.values.get('all')).toMatchObject({ text: 'plus/1,2,3//: 2 3 4' });
    expect((await rig.run(inside)).started).toEqual([]);
  });
});

describe('the words for a wrong sweep', () => {
  test('name the param that does not exist, is not read, or has another kind of value', () => {
    const print = { type: 'Print', inputs: { number: 'sum.value' } };

    expect(messages(withAxes({ x: 'left.minus', xValues: '1' }))).toEqual([
      'Node "all" (Collect), param "x": expected a param of this workflow, as in "sample.guidanceScale", got "left.minus".',
    ]);
    expect(
      messages({
        ...withAxes({ x: 'text.style', xValues: 'loud' }),
        nodes: { ...withAxes({ x: 'text.style', xValues: 'loud' }).nodes, text: print },
      }),
    ).toEqual(['Node "all" (Collect), param "x": expected a param of a node that this one reads, got "text.style".']);
    expect(messages(withAxes({ x: 'left.plus', xValues: '1, two' }))).toEqual([
      'Node "all" (Collect), param "xValues": expected a whole number from -1000000000 to 1000000000, got "two".',
    ]);
    expect(messages(withAxes({ x: 'left.plus' }))).toEqual([
      'Node "all" (Collect), param "xValues": expected one value or more, got none.',
    ]);
  });

  test('stop one that would make too many nodes', () => {
    const wide = withAxes({ x: 'left.plus', xValues: '1..1000', y: 'right.plus', yValues: '1..1000' });

    expect(messages(wide)).toEqual([
      'Subgraphs and sweeps make 1002005 nodes of this workflow; the limit is 50000. Sweep over fewer values, or use fewer copies.',
    ]);
  });
});
