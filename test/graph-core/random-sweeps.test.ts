import type { Workflow, WorkflowNode } from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { workflowOf } from '../support/stub-nodes.js';
import { randomRuns } from '../support/test-seed.js';

/** A sum of earlier nodes, or a sweep over an earlier one; numbers choose among what is there. */
const part = fc.record({
  isSweep: fc.boolean(),
  left: fc.nat(20),
  right: fc.option(fc.nat(20)),
  x: fc.nat(20),
  xValues: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
  y: fc.option(fc.nat(20)),
  yValues: fc.uniqueArray(fc.integer({ min: 10, max: 13 }), { minLength: 1, maxLength: 2 }),
});

/** Nested, parallel and enclosing sweeps, over the same nodes and others. */
const workflows = fc.array(part, { minLength: 2, maxLength: 8 }).map((parts): Workflow => {
  const nodes: Record<string, WorkflowNode> = { n0: { type: 'Constant', params: { value: 1000 } } };
  for (const { isSweep, left, right, x, xValues, y, yValues } of parts) {
    const ids = Object.keys(nodes);
    const linkTo = (place: number) => {
      const id = ids[place % ids.length] as string;
      return `${id}.${nodes[id]?.type === 'Collect' ? 'first' : 'value'}`;
    };
    const id = `n${ids.length}`;
    const varied = adders(linkTo(left).split('.')[0] as string, nodes);
    if (!isSweep || varied.length === 0) {
      const inputs = { left: linkTo(left), ...(right === null ? {} : { right: linkTo(right) }) };
      nodes[id] = { type: 'Add', inputs, params: { plus: ids.length } };
      continue;
    }
    const axis = (place: number) => `${varied[place % varied.length]}.plus`;
    const params = {
      x: axis(x),
      xValues: xValues.join(),
      ...(y === null ? {} : { y: axis(y), yValues: yValues.join() }),
    };
    nodes[id] = { type: 'Collect', inputs: { number: linkTo(left) }, params };
  }
  return workflowOf(nodes);
});

/** The adders that a node is made of, itself among them. */
function adders(id: string, nodes: Workflow['nodes']): readonly string[] {
  const found = new Set<string>([id]);
  for (const one of found)
    for (const link of Object.values(nodes[one]?.inputs ?? {})) found.add(link.split('.')[0] as string);
  return [...found].filter((one) => nodes[one]?.type === 'Add').sort();
}

/** The output of a node when these params have other values, computed again without any copy. */
function resultOf(
  id: string,
  nodes: Workflow['nodes'],
  set: Readonly<Record<string, number>>,
): number | readonly number[] {
  const { type, inputs = {}, params = {} } = nodes[id] as WorkflowNode;
  const numberOf = (link: string | undefined, inside = set): number => {
    if (link === undefined) return 0;
    const value = resultOf(link.split('.')[0] as string, nodes, inside);
    return typeof value === 'number' ? value : (value[0] as number);
  };
  if (type === 'Constant') return params['value'] as number;
  if (type === 'Add')
    return numberOf(inputs['left']) + numberOf(inputs['right']) + (set[id] ?? (params['plus'] as number));
  const list = (axis: string) => String(params[`${axis}Values`] ?? '').split(',');
  const nodeOf = (axis: string) => String(params[axis] ?? '').split('.')[0] as string;
  return list('y').flatMap((y) =>
    list('x').map((x) =>
      // Where both sides vary one param, the second is what counts.
      numberOf(inputs['number'], {
        ...set,
        [nodeOf('x')]: Number(x),
        ...(nodeOf('y') === '' ? {} : { [nodeOf('y')]: Number(y) }),
      }),
    ),
  );
}

test('parallel, nested and enclosing sweeps give the same as each of them alone', async () => {
  await fc.assert(
    fc.asyncProperty(workflows, async (workflow) => {
      const asked = Object.keys(workflow.nodes).filter((id) => workflow.nodes[id]?.type === 'Collect');
      fc.pre(asked.length > 0);

      const run = await runRig().run(workflow, { targets: asked });
      const ends = await runRig().run(workflow);

      for (const id of asked) {
        const expected = (resultOf(id, workflow.nodes, {}) as readonly number[]).join(' ');
        for (const { values } of [run, ends]) {
          const made = values.get(id) as { readonly text: string } | undefined;
          if (made !== undefined || values === run.values) expect(made?.text.split(': ')[1]).toBe(expected);
        }
      }
    }),
    { numRuns: randomRuns(75) },
  );
});
