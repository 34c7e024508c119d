import { texts } from '../messages/texts.js';
import { type KeyBinding, nameOfPlace, normalized, SIGNS } from '../view/key-bindings.js';

const IS_MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> &
  Partial<Pick<KeyboardEvent, 'getModifierState'>>;

/** The action whose key was pressed: by where the key is, if a user chose that, else by what it writes. */
export function actionForKey<Action extends KeyBinding>(
  actions: readonly Action[],
  event: KeyPress,
): Action | undefined {
  const find = (pressed: string) =>
    actions.find(({ keys, isNative }) => !isNative && keys?.some((key) => normalized(key) === pressed));
  const chosen = pressedKey(event);
  const byUser = chosen === undefined ? undefined : find(chosen);
  if (byUser !== undefined) return byUser;
  const byPlace = keyByPlace(event);
  return find(keyOf(event.key, event)) ?? (byPlace === undefined ? undefined : find(keyOf(byPlace, event)));
}

/** What was pressed, named by where the key is; `undefined` while only modifiers are held. */
export function pressedKey(event: KeyPress): string | undefined {
  const { code, key } = event;
  if (code === '' || ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(key)) return undefined;
  return keyOf(`[${code}]`, event);
}

/** The key in small letters, as a Latin keyboard has it: for shortcuts of one letter. */
export function latinKey(event: KeyPress): string {
  return (keyByPlace(event) ?? event.key).toLowerCase();
}

/** Whether typing enters text there. */
export function isTextField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input:not([type=range]), textarea, [contenteditable]') !== null;
}

/** Whether the key belongs to an input method, such as the Enter that chooses among Japanese words. */
export function isComposing({
  isComposing: isUnderWay,
  keyCode,
}: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  // Safari reports that the composition has ended, and gives the key the code of input methods.
  return isUnderWay || keyCode === 229;
}

/** A key as people read it: `Ctrl+Shift+Z`, on a Mac `⌘⇧Z`. */
export function shownKey(key: string): string {
  const names: Readonly<Record<string, string>> = { ...ARROWS, ...texts.keys };
  const parts = key.split('+').map((part) => {
    const name = part.replace(/^\[(.+)\]$/, (_, code: string) => nameOfPlace(code));
    return (IS_MAC ? MAC_NAMES[name] : names[name]) ?? name;
  });
  return parts.join(IS_MAC ? '' : '+');
}

const ARROWS = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };
const MAC_NAMES: Readonly<Record<string, string>> = {
  ...ARROWS,
  Escape: 'Esc',
  Mod: '⌘',
  Shift: '⇧',
  Alt: '⌥',
  Delete: '⌫',
};

// Letters come in lower case with Ctrl, in upper case with Shift: the case says nothing.
function keyOf(key: string, { ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string {
  const [mod, other] = IS_MAC ? [metaKey, ctrlKey] : [ctrlKey, metaKey];
  const name = key.length === 1 ? key.toUpperCase() : key;
  // Shift is part of what makes a sign such as "?".
  const isSign = key.length === 1 && !/[A-Z0-9]/.test(name);
  // The system's own key makes it another one: Windows+V is not V.
  return [other && 'Other', mod && 'Mod', altKey && 'Alt', shiftKey && !isSign && 'Shift', name]
    .filter(Boolean)
    .join('+');
}

/**
 * What the key would write on a US keyboard, where the layout writes something that no shortcut can name: letters of other
 * scripts, and what Alt makes of letters on a Mac. A Latin letter is meant wherever the layout has it.
 */
function keyByPlace(event: KeyPress): string | undefined {
  const { key, code, altKey, shiftKey } = event;
  // AltGr produces typed characters, not commands.
  const isTyped = event.getModifierState?.('AltGraph') === true;
  if (isTyped || (key.length > 1 && key !== 'Dead' && key !== 'Unidentified')) return undefined;
  const isForeign = key.length > 1 || !/[!-~ ]/.test(key) || (IS_MAC && altKey);
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return isForeign ? letter : undefined;
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  // Shift+1 writes "!" on most keyboards.
  if (digit !== undefined) return isForeign || (shiftKey && !/[A-Za-z0-9]/.test(key)) ? digit : undefined;
  return isForeign ? SIGNS[code] : undefined;
}
