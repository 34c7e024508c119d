/**
 * A shortcut is named by what its key writes, as `Mod+F`, or by where the key is, as `Mod+[KeyF]`, with the code that browsers
 * give to the place. The program's own are of the first kind; those that users choose of the second.
 */
export interface KeyBinding {
  readonly keys?: readonly string[];
  readonly isNative?: boolean;
}

/** Action -> the shortcuts that the user chose in the place of the program's own; none: it has no key. */
export type KeyBindings = Readonly<Record<string, readonly string[]>>;

const FORMAT = 'unclip-keys';

interface Bound extends KeyBinding {
  readonly id: string;
}

/** The actions with the shortcuts that they have for this user. */
export function withBindings<Action extends Bound>(actions: readonly Action[], chosen: KeyBindings): readonly Action[] {
  return actions.map((action) => {
    const keys = Object.hasOwn(chosen, action.id) ? chosen[action.id] : undefined;
    // What the browser itself does on its own keys is done by the program on others.
    return keys === undefined ? action : { ...action, keys, isNative: false };
  });
}

/** The other actions that one press of a key would mean: action -> their ids, for those of which there are any. */
export function keyConflicts(actions: readonly Bound[]): ReadonlyMap<string, readonly string[]> {
  const byKey = new Map<string, Set<string>>();
  for (const { id, keys = [] } of actions) {
    for (const key of keys) {
      const own = byKey.get(sameKey(key)) ?? new Set();
      byKey.set(sameKey(key), own.add(id));
    }
  }
  const conflicts = new Map<string, readonly string[]>();
  for (const ids of byKey.values()) {
    if (ids.size < 2) continue;
    for (const id of ids)
      conflicts.set(id, [...(conflicts.get(id) ?? []), ...[...ids].filter((other) => other !== id)]);
  }
  return conflicts;
}

/** As a file, for another browser. */
export function bindingsToText(chosen: KeyBindings): string {
  return `${JSON.stringify({ format: FORMAT, version: 1, keys: chosen }, null, 2)}\n`;
}

/** Reads what `bindingsToText` wrote. @returns `undefined` if it is something else */
export function bindingsFromText(text: string): KeyBindings | undefined {
  try {
    const { format, keys } = JSON.parse(text) as { readonly format?: unknown; readonly keys?: unknown };
    return format === FORMAT ? readBindings(keys) : undefined;
  } catch {
    return undefined;
  }
}

/** As much of it as are shortcuts. */
export function readBindings(value: unknown): KeyBindings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([id, keys]) =>
      Array.isArray(keys) && keys.every((key) => typeof key === 'string' && isPressedKey(key))
        ? [[id, keys as readonly string[]]]
        : [],
    ),
  );
}

/** The same for two shortcuts that one press would mean. */
function sameKey(key: string): string {
  const own = normalized(key);
  return own.replace(/\[(.+)\]$/, (_, code: string) => nameOfPlace(code));
}

/** Whether a text names a shortcut as `pressedKey` does. */
function isPressedKey(key: string): boolean {
  return /^(Other\+)?(Mod\+)?(Alt\+)?(Shift\+)?\[[A-Za-z0-9]{1,24}\]$/.test(key);
}

/** What the key at a place writes on a US keyboard, or what it is called. */
export function nameOfPlace(code: string): string {
  return /^(?:Key([A-Z])|Digit(\d))$/.exec(code)?.slice(1).find(Boolean) ?? SIGNS[code] ?? code;
}

/** What keys without a letter or digit write on a US keyboard, by where they are. */
export const SIGNS: Readonly<Record<string, string>> = {
  Period: '.',
  Comma: ',',
  Slash: '/',
  Minus: '-',
  Equal: '=',
  Semicolon: ';',
  Quote: "'",
  BracketLeft: '[',
  BracketRight: ']',
  Backquote: '`',
  Backslash: '\\',
};

/** A shortcut with its modifiers in one order. */
export function normalized(key: string): string {
  const parts = key.split('+');
  const name = parts.pop() ?? '';
  const order = ['Other', 'Mod', 'Alt', 'Shift'].filter((part) => parts.includes(part));
  // "+" itself would be lost in the split.
  return [...order, key.endsWith('++') || key === '+' ? '+' : name].join('+');
}
