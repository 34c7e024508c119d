import { createQueueStore, createRunnerStore, createUiStore, followEnds, iconFor } from '@unclip-studio/editor/running';
import type { RunRecord, RunState } from '@unclip-studio/protocol';
import { expect, onTestFinished, test, vi } from 'vitest';

interface Shown {
  readonly title: string;
  readonly body: string | undefined;
  readonly icon: string | undefined;
}

const OUTPUT = { id: 'o1', temporary: false } as RunRecord['outputs'][number];

/** The stores of a page that is not in front, and what its browser showed. */
function rig() {
  vi.useFakeTimers();
  const shown: Shown[] = [];
  class Note {
    static permission = 'granted';
    constructor(title: string, { body, icon }: NotificationOptions) {
      shown.push({ title, body, icon });
    }
  }
  vi.stubGlobal('Notification', Note);
  vi.stubGlobal('document', { hasFocus: () => false, baseURI: 'http://127.0.0.1/app/' });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const ui = createUiStore();
  const state = createRunnerStore();
  const queue = createQueueStore();
  ui.setState({ notifiesAtEnd: 'hidden' });
  followEnds({ ui, api: { outputThumbnailUrl: ({ id }) => `api/outputs/${id}/thumbnail` } }, { state, queue });
  /** As the follower does: what is ours first, then the queue. */
  const end = async (id: string, how: RunState, own: readonly string[] = []) => {
    state.setState({ own });
    const run = {
      id,
      state: how,
      title: 'Hearts',
      outputs: how === 'succeeded' ? [OUTPUT] : [],
    } as unknown as RunRecord;
    queue.setState(({ runs }) => ({ runs: { ...runs, [id]: run } }));
    await vi.dynamicImportSettled();
  };
  return { ui, state, shown, end };
}

test('the end of a long run is told once, with its first image, where the page is not in front', async () => {
  const { state, shown, end } = rig();

  state.setState({ own: ['a', 'b'] });
  vi.advanceTimersByTime(8000);
  await end('a', 'succeeded', ['b']);
  expect(shown).toEqual([]);
  vi.advanceTimersByTime(8000);
  await end('b', 'succeeded');

  expect(shown).toEqual([
    { title: 'Run finished: 1 image', body: 'Hearts', icon: 'http://127.0.0.1/app/api/outputs/o1/thumbnail' },
  ]);
});

test('a failed run is told as well; a short one, a cancelled one and one of a user who wants no notes are not', async () => {
  const { ui, state, shown, end } = rig();
  const run = async (id: string, seconds: number, how: RunState) => {
    state.setState({ own: [id] });
    vi.advanceTimersByTime(seconds * 1000);
    await end(id, how);
  };

  await run('a', 30, 'failed');
  await run('b', 5, 'succeeded');
  await run('c', 30, 'cancelled');
  ui.setState({ notifiesAtEnd: 'never' });
  await run('d', 30, 'succeeded');

  expect(shown.map(({ title }) => title)).toEqual(['Run failed']);
});

test('a user who always wants to know is told while the page is in front as well', async () => {
  const { ui, state, shown, end } = rig();
  vi.stubGlobal('document', { hasFocus: () => true, baseURI: 'http://127.0.0.1/app/' });
  const run = async (id: string) => {
    state.setState({ own: [id] });
    vi.advanceTimersByTime(30_000);
    await end(id, 'failed');
  };

  await run('a');
  expect(shown).toEqual([]);
  ui.setState({ notifiesAtEnd: 'always' });
  await run('b');

  expect(shown.map(({ title }) => title)).toEqual(['Run failed']);
});

test('the ring of the icon of a tab is closed as far as the run is', () => {
  const dash = (fraction: number) =>
    /stroke-dasharray='([\d.]+) ([\d.]+)'/
      .exec(iconFor(fraction) ?? '')
      ?.slice(1)
      .map(Number);

  expect(dash(0)?.[0]).toBe(0);
  const [shown = 0, round = 0] = dash(0.25) ?? [];
  expect(round).toBeCloseTo(2 * Math.PI * 11, 2);
  expect(shown / round).toBeCloseTo(0.25, 2);
  expect(dash(1.5)?.[0]).toBeCloseTo(round, 0);
  expect(iconFor(undefined)).toBeUndefined();
  expect(iconFor('failed')).not.toBe(iconFor('succeeded'));
});
