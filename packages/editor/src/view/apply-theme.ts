import { PREFERENCES, writePreferences } from './preferences.js';
import type { UiStore } from './ui-state.js';

/** Applies the theme of the user, or else of the system, to the page, and stores preferences. */
export function applyTheme(ui: UiStore): void {
  const prefersLight = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    const shownTheme = themeOf(ui, prefersLight.matches);
    document.documentElement.dataset['theme'] = shownTheme;
    ui.setState({ shownTheme });
  };
  prefersLight.addEventListener('change', apply);
  ui.subscribe((state, before) => {
    if (state.theme !== before.theme) apply();
    if (PREFERENCES.some((name) => state[name] !== before[name])) writePreferences(state);
  });
  apply();
}

function themeOf(ui: UiStore, prefersLight: boolean): 'light' | 'dark' {
  const { theme } = ui.getState();
  if (theme !== 'system') return theme;
  return prefersLight ? 'light' : 'dark';
}
