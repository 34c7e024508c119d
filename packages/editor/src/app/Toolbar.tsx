import { LANGUAGES, type Language } from '@unclip-studio/protocol/languages';
import CircleHelp from 'lucide-react/icons/circle-question-mark';
import Command from 'lucide-react/icons/command';
import Languages from 'lucide-react/icons/languages';
import Moon from 'lucide-react/icons/moon';
import Redo from 'lucide-react/icons/redo-2';
import Sun from 'lucide-react/icons/sun';
import Undo from 'lucide-react/icons/undo-2';
import { useState } from 'react';
import { ActionButton } from '../actions/ActionButton.js';
import { switchLanguage } from '../actions/language-actions.js';
import { setWorkflowTitle } from '../document/commands/nodes.js';
import { pageLanguage, texts } from '../messages/texts.js';
import { togglePanel } from '../session/panel-state.js';
import { useSession } from '../session/session.js';
import { useDocument, useOpenPanel, useUi } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';
import { EditableText } from '../ui/EditableText.js';
import { MenuButton, MenuChoices } from '../ui/Menu.js';

/** What belongs to the workflow as a whole, and the buttons of the extensions. */
export function Toolbar() {
  const { extensions } = useSession();
  const shownTheme = useUi((ui) => ui.shownTheme);
  return (
    <header className="toolbar">
      <div className="toolbar-group">
        <WorkflowTitle />
        {extensions.map(({ id, FileBar }) => FileBar && <FileBar key={id} />)}
        <span className="toolbar-line" />
        <span className="toolbar-wide">
          <ActionButton action="undo" Icon={Undo} />
          <ActionButton action="redo" Icon={Redo} />
        </span>
      </div>
      <div className="toolbar-group toolbar-middle">
        {extensions.map(({ id, Toolbar: Part }) => Part && <Part key={id} />)}
      </div>
      <div className="toolbar-group toolbar-end">
        <PanelToggles />
        <span className="toolbar-line" />
        <ActionButton action="commands" Icon={Command} />
        <LanguageMenu />
        <ActionButton action="theme" Icon={shownTheme === 'dark' ? Sun : Moon} />
        <ActionButton action="help" Icon={CircleHelp} />
      </div>
    </header>
  );
}

function WorkflowTitle() {
  const { store } = useSession();
  const title = useDocument((document) => document.title) ?? '';
  const [isEditing, setIsEditing] = useState(false);
  return (
    <h1 className="workflow-title">
      <EditableText
        text={title === '' ? texts.app.untitled : title}
        label={texts.app.workflowTitle}
        isEditing={isEditing}
        tip={texts.app.workflowTitle}
        onEdit={() => setIsEditing(true)}
        onDone={(text) => {
          setIsEditing(false);
          if (text !== undefined && text !== texts.app.untitled) setWorkflowTitle(store, text);
        }}
      />
    </h1>
  );
}

/** The language of the page, each by its own name. */
function LanguageMenu() {
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

/** A button in the toolbar for each panel. */
function PanelToggles() {
  const { panels } = useSession();
  const shown = [useOpenPanel('left'), useOpenPanel('right'), useOpenPanel('bottom')];
  return panels.all.map((panel) => (
    <IconButton
      key={panel.id}
      label={panel.title()}
      aria-pressed={shown.includes(panel)}
      onClick={() => togglePanel(panels, panel)}
    >
      <panel.Icon size={16} />
    </IconButton>
  ));
}
