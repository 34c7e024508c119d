import type { Language } from '@unclip-studio/protocol';
import Languages from 'lucide-react/icons/languages';
import { switchLanguage } from '../actions/language-actions.js';
import { LANGUAGES } from '../messages/languages.js';
import { pageLanguage, texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { MenuButton, MenuChoices } from '../ui/Menu.js';

/** The language of the page, each by its own name. */
export function LanguageMenu() {
  const session = useSession();
  const choices = Object.entries(LANGUAGES).map(([language, { name }]) => [language as Language, name] as const);
  return (
    <MenuButton label={texts.language.choose} icon={<Languages size={16} />} testId="language-menu">
      <MenuChoices
        chosen={pageLanguage}
        choices={choices}
        onChoose={(language) => void switchLanguage(session, language)}
      />
    </MenuButton>
  );
}
