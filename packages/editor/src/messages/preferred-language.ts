import { LANGUAGES, type Language } from '@unclip-studio/protocol/languages';

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
 * The first of the wanted languages that there is, English if there is none.
 *
 * @param wanted language tags of BCP 47, such as `de-AT` or `zh-Hans-CN`, the preferred one first
 */
export function languageFor(wanted: readonly string[]): Language {
  const own = Object.keys(LANGUAGES) as Language[];
  const found = wanted.map(readingOf).flatMap((one) => own.filter((language) => readingOf(language) === one));
  return found[0] ?? 'en';
}

/** A language with its script, as a country does not matter: traditional characters are none to readers of simplified ones. */
function readingOf(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return `${language}-${script}`;
  } catch {
    return undefined;
  }
}

function storedLanguage(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
