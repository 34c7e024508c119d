import {
  describeDiagnostic,
  findCycles,
  parseWorkflow,
  validateWorkflow,
  type Workflow,
} from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { stubCatalog, workflowOf } from '../support/stub-nodes.js';
import { randomRuns } from '../support/test-seed.js';

interface Shape {
  readonly plus: number;
  readonly left: number;
  readonly right: number | null;
}

const shapes = fc.array(
  fc.record({
    plus: fc.integer({ min: -5, max: 5 }),
    left: fc.nat(),
    right: fc.option(fc.nat()),
  }),
  { minLength: 1, maxLength: 40 },
);

// Node i reads nodes before it; the file's order is reversed, so that it is not an evaluation order.
function graphOf(rows: readonly Shape[]): Workflow {
  const nodes: [string, Workflow['nodes'][string]][] = rows.map(({ plus, left, right }, i) => {
    if (i === 0) return ['n0', { type: 'Constant', params: { value: plus } }];
    const inputs: Record<string, string> = { left: `n${left % i}.value` };
    if (right !== null) inputs['right'] = `n${right % i}.value`;
    return [`n${i}`, { type: 'Add', inputs, params: { plus } }];
  });
  return workflowOf(Object.fromEntries(nodes.reverse()));
}

function sourcesOf(workflow: Workflow, id: string): readonly string[] {
  return Object.values(workflow.nodes[id]?.inputs ?? {}).map((link) => link.split('.')[0] as string);
}

/** All nodes that read `id`, directly or not, and `id` itself. */
function downstream(workflow: Workflow, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const reader of Object.keys(workflow.nodes)) {
      if (found.has(reader) || !sourcesOf(workflow, reader).some((source) => found.has(source))) continue;
      found.add(reader);
      grew = true;
    }
  }
  return found;
}

/** Nodes that mean the same, with all they read, have one number. */
function classesOf(rows: readonly Shape[]): readonly number[] {
  const numbers = new Map<string, number>();
  const classes: number[] = [];
  for (const [i, { plus, left, right }] of rows.entries()) {
    const reads = i === 0 ? [] : [classes[left % i], right === null ? null : classes[right % i]];
    const key = JSON.stringify([i === 0, plus, reads]);
    numbers.set(key, numbers.get(key) ?? numbers.size);
    classes.push(numbers.get(key) ?? 0);
  }
  return classes;
}

function classOf(classes: readonly number[], id: string): number | undefined {
  return classes[Number(id.slice(1))];
}

test('every node of a random graph is evaluated once, after all it reads, and one for all equivalent ones', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 5 }), async (rows, maxConcurrency) => {
      const workflow = graphOf(rows);
      const cache = { get: () => undefined, set() {} };

      const run = await runRig(cache).run(workflow, { maxConcurrency });

      const started = new Map<string, number>();
      const finished = new Map<string, number>();
      for (const [i, event] of run.events.entries()) {
        if (event.type === 'node-started') {
          expect(started.has(event.node)).toBe(false);
          started.set(event.node, i);
        }
        if (event.type === 'node-finished') finished.set(event.node, i);
      }
      expect(run.outcome).toBe('succeeded');
      const classes = classesOf(rows);
      // Of targets that mean the same each is evaluated; what reads one of them needs the first.
      const finishedClasses = new Map([...finished].reverse().map(([id, at]) => [classOf(classes, id), at]));
      for (const [id, at] of started) {
        for (const source of sourcesOf(workflow, id)) {
          expect(finishedClasses.get(classOf(classes, source))).toBeLessThan(at);
        }
      }
      expect(new Set([...started.keys()].map((id) => classOf(classes, id)))).toEqual(new Set(classes));
      expect([...started.keys(), ...run.cachedIds].sort()).toEqual(Object.keys(workflow.nodes).sort());
    }),
  );
});

test('changing one param evaluates exactly the nodes downstream of it again', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(), async (rows, pick) => {
      const rig = runRig();
      const changedRow = pick % rows.length;
      // A result may equal another by chance of equal content; a unique value keeps the changed node's name new.
      const changed = rows.map((row, i) => (i === changedRow ? { ...row, plus: 1_000_000 } : row));
      const before = graphOf(rows);
      const after = graphOf(changed);
      await rig.run(before);

      const run = await rig.run(after);

      const expected = downstream(after, `n${changedRow}`);
      // Of nodes that mean the same one is evaluated, so fewer may start than lie downstream, never others.
      const classes = classesOf(changed);
      const startedClasses = new Set(run.started.map((id) => classOf(classes, id)));
      for (const id of run.started) expect(expected.has(id)).toBe(true);
      for (const id of run.cachedIds) expect(expected.has(id)).toBe(startedClasses.has(classOf(classes, id)));
      expect(new Set([...run.started, ...run.cachedIds]).size).toBe(rows.length);
    }),
  );
});

test('a circle is reported exactly when a depth-first search of another kind finds one', () => {
  const links = fc.array(fc.tuple(fc.nat({ max: 11 }), fc.nat({ max: 11 })), { maxLength: 30 });
  fc.assert(
    fc.property(links, (pairs) => {
      const nodes: Record<string, { type: string; inputs: Record<string, string> }> = {};
      for (let i = 0; i < 12; i++) nodes[`n${i}`] = { type: 'Any', inputs: {} };
      for (const [i, [reader, source]] of pairs.entries()) {
        const { inputs } = nodes[`n${reader}`] as { inputs: Record<string, string> };
        inputs[`in${i}`] = `n${source}.value`;
      }
      const workflow = workflowOf(nodes);

      const cycles = findCycles(workflow);

      // Kahn's algorithm: what is left after taking away all that waits for nothing lies on or behind a circle.
      const left = new Set(Object.keys(nodes));
      for (let took = true; took; ) {
        took = false;
        for (const id of left) {
          if (sourcesOf(workflow, id).some((source) => left.has(source))) continue;
          left.delete(id);
          took = true;
        }
      }
      expect(cycles.length > 0).toBe(left.size > 0);
      for (const cycle of cycles) {
        for (const [i, id] of cycle.entries()) {
          const next = cycle[(i + 1) % cycle.length] as string;
          expect(sourcesOf(workflow, next)).toContain(id);
        }
      }
    }),
  );
});

test('reading and checking never throw, whatever the file contains', () => {
  const word = fc.constantFrom(
    'type',
    'inputs',
    'params',
    'mode',
    'n1',
    'n1.value',
    'left',
    'Add',
    'toString',
    'plus',
    '__proto__',
    'constructor',
    'bypass',
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(word, fc.jsonValue(), fc.dictionary(word, tie('value'), { maxKeys: 5 })),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(word, fc.string()), json), (nodes) => {
      const text = JSON.stringify({ format: 'unclip-workflow', version: 1, nodes });

      const parsed = parseWorkflow(text);

      const problems = parsed.ok ? validateWorkflow(parsed.value, stubCatalog) : parsed.diagnostics;
      for (const problem of problems) expect(describeDiagnostic(problem).length).toBeGreaterThan(10);
      expect(({} as Record<string, unknown>)['type']).toBeUndefined();
    }),
    { numRuns: randomRuns(400) },
  );
});

test('a file cut or changed anywhere is read or refused, never thrown at', () => {
  const text = JSON.stringify({
    format: 'unclip-workflow',
    version: 1,
    nodes: graphOf([
      { plus: 1, left: 0, right: 0 },
      { plus: 2, left: 0, right: null },
    ]).nodes,
  });
  fc.assert(
    fc.property(
      fc.nat({ max: text.length }),
      fc.string({ maxLength: 3 }),
      fc.nat({ max: 5 }),
      (at, inserted, removed) => {
        const mutated = text.slice(0, at) + inserted + text.slice(at + removed);

        const parsed = parseWorkflow(mutated);

        if (parsed.ok) validateWorkflow(parsed.value, stubCatalog);
        else expect(parsed.diagnostics.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: randomRuns(800) },
  );
});
