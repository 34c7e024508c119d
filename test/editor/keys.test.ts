import { actionForKey } from '@unclip-studio/editor/keys';
import { expect, test } from 'vitest';

type Actions = Parameters<typeof actionForKey>[0];
type Press = Parameters<typeof actionForKey>[1];

const action = (id: string, ...keys: string[]) => ({ id, label: id, group: 'edit', keys, run() {} }) as const;

const ACTIONS: Actions = [
  action('undo', 'Mod+Z'),
  action('redo', 'Mod+Shift+Z', 'Mod+Y'),
  action('help', '?'),
  action('zoom-in', '+', 'Mod++'),
  action('fit', 'F', 'Shift+1'),
  action('nudge', 'Shift+ArrowLeft'),
];

function pressed(key: string, modifiers: Partial<Press> = {}): string | undefined {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return actionForKey(ACTIONS, { key, ...none, ...modifiers } as Press)?.id;
}

test('the case of a letter says nothing, Shift does', () => {
  expect(pressed('z', { ctrlKey: true })).toBe('undo');
  expect(pressed('Z', { ctrlKey: true, shiftKey: true })).toBe('redo');
  expect(pressed('z', { ctrlKey: true, shiftKey: true })).toBe('redo');
  expect(pressed('f')).toBe('fit');
  expect(pressed('F', { shiftKey: true })).toBeUndefined();
});

test('signs are meant however the keyboard makes them', () => {
  expect(pressed('?', { shiftKey: true })).toBe('help');
  expect(pressed('+', { shiftKey: true })).toBe('zoom-in');
  expect(pressed('+', { ctrlKey: true })).toBe('zoom-in');
});

test('a key with another modifier is another key', () => {
  expect(pressed('z')).toBeUndefined();
  expect(pressed('z', { ctrlKey: true, altKey: true })).toBeUndefined();
  expect(pressed('ArrowLeft')).toBeUndefined();
  expect(pressed('ArrowLeft', { shiftKey: true })).toBe('nudge');
});
