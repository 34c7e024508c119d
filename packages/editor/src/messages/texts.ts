import type { Language } from '@unclip-studio/protocol';
import { en, type Messages } from './en.js';
import { LANGUAGES } from './languages.js';

/**
 * The texts of the page's language. Read them where they are shown (`texts.run.stop` in a component or function): texts
 * read while a module is loaded are English, since no language has been chosen then.
 */
export let texts: Messages = en;

/** The language of `texts`, a language tag for `Intl`. */
export let pageLanguage: Language = 'en';

/** Shows the page in a language: before it is drawn, as nothing is drawn again for it. */
export async function setPageLanguage(language: Language): Promise<void> {
  texts = await LANGUAGES[language].load();
  pageLanguage = language;
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}
