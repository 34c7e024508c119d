import { type KeyBindings, readBindings } from './key-bindings.js';

export type Theme = 'light' | 'dark' | 'system';

/** `hidden`: while the page is not in front. */
export type Notifies = 'never' | 'hidden' | 'always';

/** What a user has chosen once for this browser. */
export interface Preferences {
  readonly theme: Theme;
  readonly isSnapping: boolean;
  /** Lines that show, while something is dragged, what it is in line with; it is drawn to them. */
  readonly showsGuides: boolean;
  readonly showsMinimap: boolean;
  /** The mouse wheel moves the canvas instead of zooming; Ctrl + wheel then zooms. */
  readonly wheelPans: boolean;
  /** When the end of a long run is a notification. */
  readonly notifiesAtEnd: Notifies;
  readonly soundsAtEnd: boolean;
  /** The least width of an image in the gallery, in pixels. */
  readonly tilePx: number;
  /** The tour of the page is no longer offered. */
  readonly hasSeenTour: boolean;
  /** Images in the making are shown on the cards. */
  readonly showsPreviews: boolean;
  /** The shortest time between two of them on a card; 0: each that comes. */
  readonly previewIntervalMs: number;
  /** By how many steps of a setting the arrow keys change it. */
  readonly arrowSteps: number;
  /** Digits after the point that fields show; `undefined`: all. */
  readonly decimals: number | undefined;
  /** The shortcuts that are not the program's own. */
  readonly keyBindings: KeyBindings;
}

export const MIN_TILE_PX = 92;
export const MAX_TILE_PX = 332;

const KEY = 'unclip-preferences';
const DEFAULTS: Preferences = {
  theme: 'system',
  isSnapping: false,
  showsGuides: true,
  showsMinimap: true,
  wheelPans: false,
  notifiesAtEnd: 'never',
  soundsAtEnd: false,
  tilePx: 172,
  hasSeenTour: false,
  showsPreviews: true,
  previewIntervalMs: 0,
  arrowSteps: 1,
  decimals: undefined,
  keyBindings: {},
};

export const PREFERENCES = Object.keys(DEFAULTS) as readonly (keyof Preferences)[];

export function readPreferences(): Preferences {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      theme: saved.theme === 'light' || saved.theme === 'dark' ? saved.theme : 'system',
      isSnapping: saved.isSnapping === true,
      showsGuides: saved.showsGuides !== false,
      showsMinimap: saved.showsMinimap !== false,
      wheelPans: saved.wheelPans === true,
      notifiesAtEnd: readNotifies(saved.notifiesAtEnd),
      soundsAtEnd: saved.soundsAtEnd === true,
      tilePx:
        typeof saved.tilePx === 'number' && saved.tilePx >= MIN_TILE_PX && saved.tilePx <= MAX_TILE_PX
          ? saved.tilePx
          : DEFAULTS.tilePx,
      hasSeenTour: saved.hasSeenTour === true,
      showsPreviews: saved.showsPreviews !== false,
      previewIntervalMs: numberIn(saved.previewIntervalMs, 0, 60_000) ?? 0,
      arrowSteps: numberIn(saved.arrowSteps, 1, 100) ?? 1,
      decimals: numberIn(saved.decimals, 0, 10),
      keyBindings: readBindings(saved.keyBindings),
    };
  } catch {
    // A page that may not store anything, or a text somebody else wrote.
    return DEFAULTS;
  }
}

export function writePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(PREFERENCES.map((name) => [name, preferences[name]]))));
  } catch {
    // Storage is full or forbidden: the choice then holds until the page is closed.
  }
}

/** Earlier versions saved whether there are notifications at all. */
function readNotifies(saved: unknown): Notifies {
  if (saved === 'always') return saved;
  return saved === 'hidden' || saved === true ? 'hidden' : 'never';
}

function numberIn(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined;
}
