import type { EditorAction } from './action.js';

const IS_MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The action whose key was pressed. */
export function actionForKey(actions: readonly EditorAction[], event: KeyboardEvent): EditorAction | undefined {
  const pressed = keyOf(event);
  return actions.find(({ keys, isNative }) => !isNative && keys?.some((key) => normalized(key) === pressed));
}

/** A key as people read it: `Ctrl+Shift+Z`, on a Mac `⌘⇧Z`. */
export function shownKey(key: string): string {
  const parts = key.split('+').map((part) => (IS_MAC ? MAC_NAMES[part] : NAMES[part]) ?? part);
  return parts.join(IS_MAC ? '' : '+');
}

const NAMES: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
};
const MAC_NAMES: Readonly<Record<string, string>> = { ...NAMES, Mod: '⌘', Shift: '⇧', Alt: '⌥', Delete: '⌫' };

// Letters come in lower case with Ctrl, in upper case with Shift: the case says nothing.
function keyOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  const mod = IS_MAC ? metaKey : ctrlKey;
  const name = key.length === 1 ? key.toUpperCase() : key;
  // Shift is part of what makes a sign such as "?".
  const isSign = key.length === 1 && !/[A-Z0-9]/.test(name);
  return [mod && 'Mod', altKey && 'Alt', shiftKey && !isSign && 'Shift', name].filter(Boolean).join('+');
}

function normalized(key: string): string {
  const parts = key.split('+');
  const name = parts.pop() ?? '';
  const order = ['Mod', 'Alt', 'Shift'].filter((part) => parts.includes(part));
  // "+" itself would be lost in the split.
  return [...order, key.endsWith('++') || key === '+' ? '+' : name].join('+');
}
