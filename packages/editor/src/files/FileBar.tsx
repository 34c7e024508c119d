import { Menu } from '@base-ui/react/menu';
import FileIcon from 'lucide-react/icons/file';
import Save from 'lucide-react/icons/save';
import { Fragment } from 'react';
import { useStore } from 'zustand/react';
import { shownKey } from '../actions/keys.js';
import { useSession } from '../app/session.js';
import { panelStrings } from '../panels/strings.js';
import { fileActions } from './file-actions.js';
import { useFiles } from './files.js';
import './files.css';

const words = panelStrings.files;

/** Save, and everything else that concerns the workflow as a file. */
export function FileBar() {
  const session = useSession();
  const { state, save } = useFiles();
  const isDirty = useStore(state, (file) => file.isDirty);
  const tip = `${words.saveTip}  (${shownKey('Mod+S')})${isDirty ? `\n${words.unsaved}` : ''}`;
  return (
    <>
      {isDirty && <span className="file-dirty" role="img" aria-label={words.unsaved} data-testid="dirty" />}
      <Menu.Root>
        <Menu.Trigger className="icon-button" aria-label={words.more} data-tip={words.more} data-testid="file-menu">
          <FileIcon size={16} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="menu-positioner" sideOffset={6} align="start">
            <Menu.Popup className="popup menu">
              {fileActions.map(({ id, label, keys, startsGroup, isEnabled, run }) => (
                <Fragment key={id}>
                  {startsGroup && <Menu.Separator className="menu-line" />}
                  <Menu.Item
                    className="menu-item"
                    disabled={isEnabled?.(session) === false}
                    onClick={() => run(session)}
                  >
                    {label}
                    {keys?.[0] !== undefined && <kbd>{shownKey(keys[0])}</kbd>}
                  </Menu.Item>
                </Fragment>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <button
        type="button"
        className="icon-button"
        aria-label={words.save}
        data-tip={tip}
        data-testid="save"
        disabled={!session.api.isOnline}
        onClick={() => void save()}
      >
        <Save size={16} />
      </button>
    </>
  );
}
