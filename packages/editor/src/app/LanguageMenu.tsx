import { LANGUAGES, type Language } from '@unclip-studio/protocol/languages';
import Languages from 'lucide-react/icons/languages';
import { switchLanguage } from '../actions/language-actions.js';
import { pageLanguage, texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { MenuButton, MenuChoices } from '../ui/Menu.js';

/** The language of the page, each by its own name. */
export function LanguageMenu() {
  const session = useSession();
  return (
    <MenuButton label={texts.language.choose} icon={<Languages size={16} />} testId="language-menu">
      <MenuChoices
        chosen={pageLanguage}
        choices={Object.entries(LANGUAGES) as (readonly [Language, string])[]}
        onChoose={(language) => void switchLanguage(session, language)}
      />
    </MenuButton>
  );
}
