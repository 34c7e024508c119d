import { actionForKey, isComposing, latinKey } from '@unclip-studio/editor/keys';
import { expect, test } from 'vitest';

type Press = Parameters<typeof actionForKey>[1];

const action = (id: string, ...keys: string[]) => ({ id, label: id, group: 'edit', keys, run() {} }) as const;

const ACTIONS = [
  action('undo', 'Mod+Z'),
  action('redo', 'Mod+Shift+Z', 'Mod+Y'),
  action('help', '?'),
  action('zoom-in', '+', 'Mod++'),
  action('fit', 'F', 'Shift+1'),
  action('nudge', 'Shift+ArrowLeft'),
  action('align', 'Alt+A'),
  action('stop', 'Mod+.'),
];

function pressed(key: string, modifiers: Partial<Press> = {}): string | undefined {
  const none = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
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

test.each([
  ['я', 'KeyZ', { ctrlKey: true }, 'undo'],
  ['Я', 'KeyZ', { ctrlKey: true, shiftKey: true }, 'redo'],
  ['ζ', 'KeyZ', { ctrlKey: true }, 'undo'],
  ['ז', 'KeyZ', { ctrlKey: true }, 'undo'],
  ['а', 'KeyF', {}, 'fit'],
  ['ф', 'KeyA', { altKey: true }, 'align'],
  ['!', 'Digit1', { shiftKey: true }, 'fit'],
  ['Dead', 'KeyF', {}, 'fit'],
  ['ю', 'Period', { ctrlKey: true }, 'stop'],
] as const)('%s on %s is found by where the key is', (key, code, modifiers, id) => {
  expect(pressed(key, { code, ...modifiers })).toBe(id);
});

test.each([
  ['w', 'KeyZ', { ctrlKey: true }],
  [';', 'KeyZ', { ctrlKey: true }],
  ['&', 'Digit1', {}],
  ['@', 'KeyF', { getModifierState: (key: string) => key === 'AltGraph' }],
  ['z', 'KeyZ', { ctrlKey: true, metaKey: true }],
] as const)('%s on %s is what the layout writes, wherever the key is', (key, code, modifiers) => {
  expect(pressed(key, { code, ...modifiers })).toBeUndefined();
});

test('a shortcut of one letter is the same on every layout', () => {
  const press = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

  expect(latinKey({ ...press, key: 'S', code: 'KeyS' })).toBe('s');
  expect(latinKey({ ...press, key: 'ы', code: 'KeyS' })).toBe('s');
  expect(latinKey({ ...press, key: 'o', code: 'KeyS' })).toBe('o');
});

test('a key of an input method is known, also as Safari tells of it', () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
});
