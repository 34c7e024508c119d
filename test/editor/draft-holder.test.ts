import { holdByAsking } from '@unclip-studio/editor/document';
import { afterEach, expect, test } from 'vitest';

const channels: BroadcastChannel[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

/** The tabs of one test, isolated from those of others. */
function tabsOf(scene: string) {
  return (tab: string) => {
    const channel = new BroadcastChannel(`drafts ${scene}`);
    channels.push(channel);
    return holdByAsking(channel, { tab, waitMs: 60 });
  };
}

test('without locks, a second tab does not take over the draft of the first', async () => {
  const open = tabsOf('second tab');
  const first = open('a');
  const second = open('b');

  expect(await first.hold('draft')).toBe(true);
  expect(await second.hold('draft')).toBe(false);
  expect(await second.hold('another')).toBe(true);
  expect(await first.hold('draft')).toBe(true);
});

test('of two tabs that open at the same time, one gets the draft', async () => {
  const open = tabsOf('same time');
  const [first, second] = [open('a'), open('b')];

  expect(await Promise.all([first.hold('draft'), second.hold('draft')])).toEqual([true, false]);
});
