import { bindingsFromText, bindingsToText, keyConflicts, withBindings } from '@unclip-studio/editor/key-bindings';
import { actionForKey, isComposing, latinKey, pressedKey, shownKey } from '@unclip-studio/editor/keys';
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

test('characters work regardless of the keyboard layout', () => {
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

test('a key of an input method is recognized, also in Safari', () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
});

const NO_MODIFIERS = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const chosen = { fit: ['Mod+[KeyZ]'], undo: [] };

test('a key that a user chose counts by where it is, before those of the program', () => {
  const own = withBindings(ACTIONS, chosen);
  const press = { ...NO_MODIFIERS, ctrlKey: true };

  // Where a German keyboard has Z, and a US keyboard Y.
  expect(actionForKey(own, { ...press, key: 'z', code: 'KeyZ' } as Press)?.id).toBe('fit');
  expect(actionForKey(own, { ...press, key: 'w', code: 'KeyZ' } as Press)?.id).toBe('fit');
  expect(actionForKey(own, { ...press, key: 'z', code: 'KeyY' } as Press)?.id).toBeUndefined();
  expect(actionForKey(own, { ...NO_MODIFIERS, key: 'f', code: 'KeyF' } as Press)?.id).toBeUndefined();
});

test('a press is named by its place and its modifiers, and modifiers alone are none', () => {
  expect(pressedKey({ ...NO_MODIFIERS, key: 'Ö', code: 'Semicolon', altKey: true, shiftKey: true })).toBe(
    'Alt+Shift+[Semicolon]',
  );
  expect(pressedKey({ ...NO_MODIFIERS, key: 'Shift', code: 'ShiftLeft', shiftKey: true })).toBeUndefined();
  expect(shownKey('Mod+Alt+[KeyQ]')).toBe('Ctrl+Alt+Q');
});

test('keys that two commands share are told of both, whichever way each is named', () => {
  expect(keyConflicts(ACTIONS).size).toBe(0);

  const conflicts = keyConflicts(withBindings(ACTIONS, { fit: ['Mod+[KeyY]'], align: [] }));

  expect([...conflicts]).toEqual([
    ['redo', ['fit']],
    ['fit', ['redo']],
  ]);
});

test('key bindings go through a file, and what is no key binding is refused or left out', () => {
  expect(bindingsFromText(bindingsToText(chosen))).toEqual(chosen);
  expect(bindingsFromText('{"nodes":{}}')).toBeUndefined();
  expect(bindingsFromText('no json')).toBeUndefined();
  const odd = { fit: ['Mod+Z'], align: 'A', undo: ['[KeyA]', 5], stop: ['Alt+[F4]'] };
  expect(bindingsFromText(JSON.stringify({ format: 'unclip-keys', version: 1, keys: odd }))).toEqual({
    stop: ['Alt+[F4]'],
  });
});
