export type Theme = 'light' | 'dark' | 'system';

/** What a user has chosen once for this browser. */
export interface Preferences {
  readonly theme: Theme;
  readonly isSnapping: boolean;
  readonly showsMinimap: boolean;
  /** The mouse wheel moves the canvas instead of zooming; Ctrl + wheel then zooms. */
  readonly wheelPans: boolean;
}

const KEY = 'unclip-preferences';
const DEFAULTS: Preferences = { theme: 'system', isSnapping: false, showsMinimap: true, wheelPans: false };

export function readPreferences(): Preferences {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      theme: saved.theme === 'light' || saved.theme === 'dark' ? saved.theme : 'system',
      isSnapping: saved.isSnapping === true,
      showsMinimap: saved.showsMinimap !== false,
      wheelPans: saved.wheelPans === true,
    };
  } catch {
    // A page that may not store anything, or a text somebody else wrote.
    return DEFAULTS;
  }
}

export function writePreferences({ theme, isSnapping, showsMinimap, wheelPans }: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ theme, isSnapping, showsMinimap, wheelPans }));
  } catch {
    // Storage is full or forbidden: the choice then holds until the page is closed.
  }
}
