import { LANGUAGES, type Language } from '@unclip-studio/protocol/languages';
import { storeLanguage } from '../messages/preferred-language.js';
import { pageLanguage, texts } from '../messages/texts.js';
import type { SessionCore } from '../session/core.js';
import type { EditorAction } from '../session/session.js';

/**
 * Shows the page in another language: it is reloaded and continues with the draft, since the server has to send the
 * texts of all node types again.
 */
export async function switchLanguage({ autosave, store, ui }: SessionCore, language: Language): Promise<void> {
  if (language === pageLanguage) return;
  await autosave?.flush();
  const isKept = autosave === undefined || store.isReadOnly || autosave.isKept();
  if (isKept && storeLanguage(language)) location.reload();
  else ui.setState({ message: texts.messages.notSaved });
}

/** One for each language; the palette finds them by the language's own name. */
export const languageActions: readonly EditorAction[] = (Object.keys(LANGUAGES) as Language[]).map((language) => ({
  id: `language-${language}`,
  label: () => texts.language.is(LANGUAGES[language]),
  group: 'app',
  isEnabled: () => pageLanguage !== language,
  run: (session) => void switchLanguage(session, language),
}));
