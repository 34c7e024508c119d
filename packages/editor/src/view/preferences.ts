export type Theme = 'light' | 'dark' | 'system';

/** What a user has chosen once for this browser. */
export interface Preferences {
  readonly theme: Theme;
  readonly isSnapping: boolean;
  readonly showsMinimap: boolean;
  /** The mouse wheel moves the canvas instead of zooming; Ctrl + wheel then zooms. */
  readonly wheelPans: boolean;
  /** Of long runs. */
  readonly notifiesAtEnd: boolean;
  readonly soundsAtEnd: boolean;
  /** The tour of the page is no longer offered. */
  readonly hasSeenTour: boolean;
}

const KEY = 'unclip-preferences';
const DEFAULTS: Preferences = {
  theme: 'system',
  isSnapping: false,
  showsMinimap: true,
  wheelPans: false,
  notifiesAtEnd: false,
  soundsAtEnd: false,
  hasSeenTour: false,
};

export const PREFERENCES = Object.keys(DEFAULTS) as readonly (keyof Preferences)[];

export function readPreferences(): Preferences {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      theme: saved.theme === 'light' || saved.theme === 'dark' ? saved.theme : 'system',
      isSnapping: saved.isSnapping === true,
      showsMinimap: saved.showsMinimap !== false,
      wheelPans: saved.wheelPans === true,
      notifiesAtEnd: saved.notifiesAtEnd === true,
      soundsAtEnd: saved.soundsAtEnd === true,
      hasSeenTour: saved.hasSeenTour === true,
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
