import {
  describeDiagnostic,
  expandWorkflow,
  parseWorkflow,
  planInSteps,
  planRun,
  readParamText,
  readValueList,
  type Subgraph,
  similarNames,
  type Workflow,
} from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { stubCatalog, workflowOf } from '../support/stub-nodes.js';

// Each of these took minutes or gigabytes, or never ended; now each is some milliseconds of work, so that the time which a
// test may take shows whether it still is.

function problems(workflow: Workflow, targets?: readonly string[]): readonly string[] {
  const plan = planRun(workflow, stubCatalog, targets);
  return plan.ok ? [] : plan.diagnostics.map(describeDiagnostic);
}

/** `count` adders in a row, and as many sweeps of two values on top of each other, each over the next adder. */
function stackedSweeps(count: number): Workflow {
  const nodes: Record<string, Workflow['nodes'][string]> = { source: { type: 'Constant' } };
  for (let i = 1; i <= count; i++) {
    nodes[`add${i}`] = { type: 'Add', inputs: { left: i === 1 ? 'source.value' : `add${i - 1}.value` } };
  }
  for (let i = 1; i <= count; i++) {
    nodes[`sweep${i}`] = {
      type: 'Collect',
      inputs: { number: i === 1 ? `add${count}.value` : `sweep${i - 1}.first` },
      params: { x: `add${i}.plus`, xValues: '1, 2' },
    };
  }
  return workflowOf(nodes);
}

describe('sweeps on top of each other', () => {
  test('are counted before they are made, and refused with how many nodes there would be', () => {
    // Each node is copied for both values and stays itself: three times as many for each sweep that reaches it.
    expect(problems(stackedSweeps(12))).toEqual([
      'Subgraphs and sweeps make 1062881 nodes of this workflow; the limit is 50000. Sweep over fewer values, or use fewer copies.',
    ]);
    expect(problems(stackedSweeps(200))[0]).toMatch(/make (?:\d+|more than 10\^15) nodes .* the limit is 50000/);
  });

  test('are made as before where there are few, as many as were counted', () => {
    const plan = planRun(stackedSweeps(3), stubCatalog);
    if (!plan.ok) throw new Error('it was refused');

    const adders = plan.value.nodes.filter(({ definition }) => definition.type === 'Add');

    // 2 of the first adder, 4 of the second, 8 of the third.
    expect(adders).toHaveLength(2 + 4 + 8);
  });

  test('in parallel on one node count once each, not times each other', () => {
    const nodes: Record<string, Workflow['nodes'][string]> = {
      source: { type: 'Constant' },
      add: { type: 'Add', inputs: { left: 'source.value' } },
    };
    for (let i = 0; i < 40; i++) {
      nodes[`sweep${i}`] = {
        type: 'Collect',
        inputs: { number: 'add.value' },
        params: { x: 'add.plus', xValues: '1..8' },
      };
    }

    expect(problems(workflowOf(nodes))).toEqual([]);
  });

  test('in parallel by the thousand, each with its own values, take no longer than few', () => {
    const nodes: Record<string, Workflow['nodes'][string]> = {
      source: { type: 'Constant' },
      add: { type: 'Add', inputs: { left: 'source.value' } },
    };
    for (let i = 0; i < 4000; i++) {
      const params = { x: 'add.plus', xValues: String(i) };
      nodes[`sweep${i}`] = { type: 'Collect', inputs: { number: 'add.value' }, params };
    }

    expect(problems(workflowOf(nodes))).toEqual([]);
  });

  test('that vary the same param as those below them, by the thousand, are not compared with each other', () => {
    const over = (number: string, xValues: string) => ({
      type: 'Collect',
      inputs: { number },
      params: { x: 'add.plus', xValues },
    });
    const secondsFor = (count: number) => {
      const nodes: Record<string, Workflow['nodes'][string]> = {
        source: { type: 'Constant' },
        add: { type: 'Add', inputs: { left: 'source.value' } },
        inner: over('add.value', '1, 2'),
        middle: over('inner.first', '3, 4'),
      };
      for (let i = 0; i < count; i++) nodes[`outer${i}`] = over('middle.first', '5, 6');
      const before = process.cpuUsage();
      expect(problems(workflowOf(nodes))).toEqual([]);
      return process.cpuUsage(before).user / 1e6;
    };
    secondsFor(100);
    const few = secondsFor(200);

    const many = secondsFor(1000);

    // Five times as many take five times as long; compared with each other they would take 25 times as long.
    expect(many / few).toBeLessThan(12);
  });
});

test('a plan of ten thousand nodes is made in many small parts, and is the same', () => {
  const values = { x: 'add1.plus', xValues: '1..1000' };
  const nodes: Record<string, Workflow['nodes'][string]> = { add0: { type: 'Constant' } };
  for (let i = 1; i <= 10; i++) nodes[`add${i}`] = { type: 'Add', inputs: { left: `add${i - 1}.value` } };
  const workflow = workflowOf({
    ...nodes,
    all: { type: 'Collect', inputs: { number: 'add10.value' }, params: values },
  });
  const work = planInSteps(workflow, stubCatalog);
  let parts = 1;
  let step = work.next();
  for (; step.done !== true; step = work.next()) parts++;

  expect(step.value).toEqual(planRun(workflow, stubCatalog));
  expect(step.value.ok && step.value.value.nodes.length).toBe(10_002);
  expect(parts).toBeGreaterThan(100);
});

describe('subgraphs in subgraphs', () => {
  const nest = (levels: number, wide: number): Workflow => {
    const subgraphs: Record<string, Subgraph> = { s0: { nodes: { one: { type: 'Constant' } } } };
    for (let i = 1; i <= levels; i++) {
      const inner = Array.from({ length: wide }, (_, at) => [`n${at}`, { type: `subgraph:s${i - 1}` }] as const);
      subgraphs[`s${i}`] = { nodes: Object.fromEntries(inner) };
    }
    return { ...workflowOf({ all: { type: `subgraph:s${levels}` } }), subgraphs };
  };

  test('are counted before they are written out', () => {
    expect(problems(nest(14, 8))).toEqual([
      `Subgraphs and sweeps make ${1 + (8 ** 15 - 8) / 7 + 8 ** 14} nodes of this workflow; the limit is 50000. Sweep over fewer values, or use fewer copies.`,
    ]);
    expect(problems(nest(4900, 1))).toEqual([
      'Nested subgraphs make node ids of 36051760 characters in total; the limit is 16000000. Dissolve some of them.',
    ]);
    expect(problems(nest(2, 3))).toEqual([]);
  });

  test('that contain themselves are never expanded, not even in an unchecked workflow', () => {
    const workflow = nest(2, 2);
    const subgraphs = { ...workflow.subgraphs, s0: { nodes: { one: { type: 'subgraph:s2' } } } };

    expect(expandWorkflow({ ...workflow, subgraphs }, stubCatalog)).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'subgraph-cycle' }],
    });
  });
});

describe('a file with many mistakes', () => {
  const long = (start: string, i: number) => `${start.padEnd(60, 'x')}${i}`;

  test('is answered with the first problems, how many more there are, and names of a bearable length', () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`n${i}`, { type: `${'Constant'.repeat(300)}${i}` }]),
    );

    const told = problems(workflowOf(nodes));

    expect(told).toHaveLength(201);
    expect(told.at(-1)).toBe('There are 300 more problems, which are not listed. Correct these first.');
    expect(told.join('').length).toBeLessThan(60_000);
  });

  test('compares each wrong name with as many others as a moment allows', () => {
    const names = Array.from({ length: 5000 }, (_, i) => long('node', i));

    const found = names.slice(0, 20).map((name) => similarNames(name.replace('xxx', 'xyx'), names));

    expect(found[7]).toContain(long('node', 7));
    expect(similarNames('y'.repeat(1_000_000), ['y'.repeat(1_000_001)])).toEqual([]);
  });

  test('the names of all nodes are listed for the first wrong links only', () => {
    let lists = 0;
    const lost = Array.from({ length: 3000 }, (_, i) => [`add${i}`, { type: 'Add', inputs: { left: 'gone.value' } }]);
    const nodes = new Proxy<Workflow['nodes']>(Object.fromEntries(lost), {
      ownKeys: (target) => {
        lists++;
        return Reflect.ownKeys(target);
      },
    });

    expect(problems({ ...workflowOf({}), nodes })).toHaveLength(201);
    expect(lists).toBeLessThan(300);
  });

  test('still suggests the intended name, nearest first', () => {
    expect(similarNames('Samplr', ['Sample', 'Sampler', 'Simple', 'Decode'])).toEqual(['Sample', 'Sampler', 'Simple']);
    expect(similarNames('kitten', ['sitting', 'mitten'])).toEqual(['mitten']);
  });

  test('also limits the number of problems reported about the form of nodes', () => {
    const nodes = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, 7]));
    const parsed = parseWorkflow(JSON.stringify({ format: 'unclip-workflow', version: 1, nodes }));

    expect(parsed.ok ? 0 : parsed.diagnostics.length).toBe(201);
  });
});

test('a value of a list is read in a time that does not grow with its square', () => {
  const param = { kind: 'integer', default: 0, min: 0, max: 1e9, help: '' } as const;
  const digits = '1'.repeat(200_000);

  expect(readValueList(param, `${digits}x, 1`)).toBe('expected values of at most 200 characters, got one of 200001.');
  expect(readParamText(param, `${digits}x`)).toBeUndefined();
  expect(readValueList(param, '0..1000000000 step 0.5')).toMatch(/^expected at most 1000 values, got more/);
});

test('thousands of readers behind one long chain of bypassed nodes are planned in a moment', () => {
  const nodes: Record<string, Workflow['nodes'][string]> = { source: { type: 'Constant' } };
  for (let i = 0; i < 2000; i++) {
    const left = i === 0 ? 'source.value' : `pass${i - 1}.value`;
    nodes[`pass${i}`] = { type: 'Add', mode: 'bypass', inputs: { left } };
  }
  for (let i = 0; i < 2000; i++) nodes[`add${i}`] = { type: 'Add', inputs: { left: 'pass1999.value' } };

  expect(problems(workflowOf(nodes))).toEqual([]);
});

test('many circles through one long way are found without walking it for each of them', () => {
  const nodes: Record<string, Workflow['nodes'][string]> = {};
  for (let i = 0; i < 2000; i++) {
    nodes[`a${i}`] = { type: 'Add', inputs: { left: `a${(i + 1) % 2000}.value`, right: 'a0.value' } };
  }

  const told = problems(workflowOf(nodes));

  expect(told).toHaveLength(3);
  expect(told.join('').length).toBeLessThan(5000);
});
