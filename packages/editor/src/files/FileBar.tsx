import FileIcon from 'lucide-react/icons/file';
import Save from 'lucide-react/icons/save';
import { Fragment } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { useFiles, useSession } from '../session/session.js';
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
  const tip = `${texts.files.saveTip}  (${shownKey('Mod+S')})${isDirty ? `\n${texts.files.unsaved}` : ''}`;
  return (
    <>
      <span className="file-dirty" hidden={!isDirty} role="img" aria-label={texts.files.unsaved} data-testid="dirty" />
      <MenuButton label={texts.files.more} icon={<FileIcon size={16} />} testId="file-menu">
        {menuActions.map(({ id, label, keys, startsGroup, isEnabled, run }) => (
          <Fragment key={id}>
            {startsGroup && <MenuLine />}
            <MenuItem
              label={label()}
              shortcut={keys?.[0] && shownKey(keys[0])}
              isDisabled={isEnabled?.(session) === false}
              onChoose={() => run(session)}
            />
          </Fragment>
        ))}
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
