import type { Language } from '@unclip-studio/protocol/languages';
import type { Messages } from './languages/en.js';

/**
 * The texts of the page's language. Read them where they are shown (`texts.run.stop` in a component or function): while the
 * files of the page are loaded, there are none yet.
 */
export let texts: Messages;

/** For a page that cannot fetch its texts; in English, as the texts of all languages are files of their own. */
export const WITHOUT_TEXTS = {
  failed: 'The editor could not be loaded: the server does not answer. Your work is kept in this browser.',
  reload: 'Reload the page',
};

/** The language of `texts`, a language tag for `Intl`. */
export let pageLanguage: Language = 'en';

/** Shows the page in a language: before it is drawn, as nothing is drawn again for it. */
export async function setPageLanguage(language: Language): Promise<void> {
  texts = await loadMessages(language);
  pageLanguage = language;
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}

/** All texts of a language, which are a file by its tag. */
export async function loadMessages(language: Language): Promise<Messages> {
  // With the ending of the sources, for which both Vite and tsx look.
  return (await import(`./languages/${language}.ts`)).messages;
}
