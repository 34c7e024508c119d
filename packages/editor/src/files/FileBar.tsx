import FileIcon from 'lucide-react/icons/file';
import Save from 'lucide-react/icons/save';
import { Fragment } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { type EditorSession, useFiles, useSession } from '../session/session.js';
import { useShownKey } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';
import { shownKey } from '../ui/keys.js';
import { MenuButton, MenuItem, MenuLine } from '../ui/Menu.js';
import { fileActions } from './file-actions.js';
import './files.css';

/** Save, and everything else that concerns the workflow as a file. */
export function FileBar() {
  const session = useSession();
  const { state, save } = useFiles();
  const isDirty = useStore(state, (file) => file.isDirty);
  const saveKey = useShownKey('save');
  const tip = `${texts.files.saveTip}${saveKey === undefined ? '' : `  (${saveKey})`}${isDirty ? `\n${texts.files.unsaved}` : ''}`;
  return (
    <>
      <span className="file-dirty" hidden={!isDirty} role="img" aria-label={texts.files.unsaved} data-testid="dirty" />
      <MenuButton label={texts.files.more} icon={<FileIcon size={16} />} testId="file-menu">
        {menuActions.map(({ id, label, startsGroup, isEnabled, run }) => (
          <Fragment key={id}>
            {startsGroup && <MenuLine />}
            <MenuItem
              label={label()}
              shortcut={keyOf(session, id)}
              isDisabled={isEnabled?.(session) === false}
              onChoose={() => run(session)}
            />
          </Fragment>
        ))}
        <MenuLine />
        <MenuItem
          label={texts.actions.settings}
          shortcut={keyOf(session, 'settings')}
          onChoose={() => session.ui.setState({ isSettingsOpen: true })}
        />
      </MenuButton>
      <IconButton
        label={texts.files.save}
        tip={tip}
        data-testid="save"
        disabled={!session.api.isOnline}
        onClick={() => void save()}
      >
        <Save size={16} />
      </IconButton>
    </>
  );
}

// They make sense only where tabs are shown.
const menuActions = fileActions.filter(({ id }) => id !== 'next-tab' && id !== 'previous-tab');

function keyOf({ actions }: EditorSession, id: string): string | undefined {
  const key = actions.find((action) => action.id === id)?.keys?.[0];
  return key && shownKey(key);
}
