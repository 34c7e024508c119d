import type { Language } from '@unclip-studio/protocol';
import { en, type Messages } from './en.js';

interface PageLanguage {
  /** As its speakers call it. */
  readonly name: string;
  /** All but English are fetched when they are chosen. */
  readonly load: () => Promise<Messages>;
}

/** The languages of the page. */
export const LANGUAGES: Readonly<Record<Language, PageLanguage>> = {
  en: { name: 'English', load: () => Promise.resolve(en) },
  de: { name: 'Deutsch', load: async () => (await import('./de.js')).de },
  'zh-CN': { name: '简体中文', load: async () => (await import('./zh-CN.js')).zhCN },
  ja: { name: '日本語', load: async () => (await import('./ja.js')).ja },
};

const KEY = 'unclip-language';

/** The language that was chosen in this browser, or else the first of the browser's that there is. */
export function preferredLanguage(): Language {
  return languageFor([storedLanguage() ?? [], navigator.languages].flat());
}

/** Remembers the choice for this browser. @returns false where the browser stores nothing */
export function storeLanguage(language: Language): boolean {
  try {
    localStorage.setItem(KEY, language);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first available one of the preferred languages, English if there is none.
 *
 * @param wanted language tags of BCP 47, such as `de-AT` or `zh-Hans-CN`, the preferred one first
 */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languageOf(tag);
    if (found !== undefined) return found;
  }
  return 'en';
}

function languageOf(tag: string): Language | undefined {
  const [primary, ...subtags] = tag.toLowerCase().split('-');
  // Traditional characters are another script.
  if (primary === 'zh') return subtags.some((one) => ['hant', 'tw', 'hk', 'mo'].includes(one)) ? undefined : 'zh-CN';
  return (Object.keys(LANGUAGES) as Language[]).find((language) => language === primary);
}

function storedLanguage(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
