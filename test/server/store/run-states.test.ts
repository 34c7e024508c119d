import type { RunState } from '@unclip-studio/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { insertRun, storeRig } from '../../support/store-rig.js';
import { randomRuns } from '../../support/test-seed.js';

/** What can happen to one run, whoever requests it. */
interface ActionOnOne {
  readonly type: 'succeed' | 'fail' | 'cancel' | 'interrupt' | 'drain' | 'front';
  /** Which of the runs there are, modulo their number. */
  readonly pick: number;
}

type Action = { readonly type: 'insert' } | { readonly type: 'claim' } | ActionOnOne;

// Two run at once and the second comes back: a run queued meanwhile by the same client was put before it once.
const BACK_FROM_SECOND_PLACE: readonly Action[] = [
  { type: 'insert' },
  { type: 'insert' },
  { type: 'claim' },
  { type: 'claim' },
  { type: 'insert' },
  { type: 'drain', pick: 1 },
];

interface ModelRun {
  readonly id: string;
  state: RunState;
  attempts: number;
}

const actions: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>({ type: 'insert' }, { type: 'claim' }),
  fc.record<ActionOnOne>({
    type: fc.constantFrom('succeed', 'fail', 'cancel', 'interrupt', 'drain', 'front'),
    pick: fc.nat(20),
  }),
);

// The queue in a few lines of plain lists: what the table must do, without a database.
function createModel() {
  const runs: ModelRun[] = [];
  let order: ModelRun[] = [];
  const fronted: ModelRun[] = [];
  const arrange = () => {
    const queued = runs.filter((run) => run.state === 'queued');
    const front = fronted.filter((run) => run.state === 'queued').reverse();
    order = [...front, ...queued.filter((run) => !front.includes(run))];
  };
  return { runs, fronted, arrange, order: () => order };
}

test('whatever races, every change of state is made once or rejected, as in a simple model', async () => {
  const store = await storeRig();
  let scenario = 0;

  fc.assert(
    fc.property(fc.array(actions, { maxLength: 40 }), (steps: readonly Action[]) => {
      store.database.execute('DELETE FROM runs');
      const prefix = `s${scenario++}-`;
      const model = createModel();
      for (const step of steps) {
        if (step.type === 'insert') {
          const run: ModelRun = { id: `${prefix}${model.runs.length}`, state: 'queued', attempts: 0 };
          insertRun(store, run.id);
          model.runs.push(run);
        } else if (step.type === 'claim') {
          const expected = model.order()[0];
          expect(store.runs.claimNext(0)?.id).toBe(expected?.id);
          if (expected !== undefined) Object.assign(expected, { state: 'running', attempts: expected.attempts + 1 });
        } else applyToOne(step, model);
        model.arrange();
        expect(store.runs.queueOrder()).toEqual(model.order().map(({ id }) => id));
      }
      const states = store.runs
        .list({ states: [], limit: 100 })
        .map(({ id, state, attempts }) => ({ id, state, attempts }));
      expect(states).toEqual([...model.runs].reverse());
    }),
    { numRuns: randomRuns(60), examples: [[BACK_FROM_SECOND_PLACE]] },
  );

  function applyToOne({ type, pick }: ActionOnOne, { runs, fronted }: ReturnType<typeof createModel>): void {
    const run = runs[pick % Math.max(1, runs.length)];
    if (run === undefined) return;
    const from = (...states: readonly RunState[]) => states.includes(run.state);
    switch (type) {
      case 'succeed':
        expect(store.runs.finish(run.id, { state: 'succeeded' }, 0)).toBe(from('running'));
        if (from('running')) run.state = 'succeeded';
        break;
      case 'fail':
        expect(store.runs.finish(run.id, { state: 'failed' }, 0)).toBe(from('running'));
        if (from('running')) run.state = 'failed';
        break;
      case 'cancel':
        expect(store.runs.finish(run.id, { state: 'cancelled' }, 0)).toBe(from('queued', 'running'));
        if (from('queued', 'running')) run.state = 'cancelled';
        break;
      case 'interrupt':
        expect(store.runs.requeue(run.id, { keepsAttempt: true })).toBe(from('running'));
        if (from('running')) run.state = 'queued';
        break;
      case 'drain':
        expect(store.runs.requeue(run.id, { keepsAttempt: false })).toBe(from('running'));
        if (from('running')) Object.assign(run, { state: 'queued', attempts: run.attempts - 1 });
        break;
      case 'front':
        expect(store.runs.moveToFront(run.id)).toBe(from('queued'));
        if (!from('queued')) break;
        fronted.splice(0, fronted.length, ...fronted.filter((other) => other !== run), run);
        break;
    }
  }
});
