import { Command } from 'cmdk';
import { texts } from '../messages/texts.js';
import { ACTION_GROUPS, useSession } from '../session/session.js';
import { Dialog } from '../ui/Dialog.js';
import { shownKey } from '../ui/keys.js';

// They make sense only as keys.
const HIDDEN = /^(move-|cancel$|commands$)/;

/** Every command by its name. */
export function CommandPalette() {
  const session = useSession();
  const close = () => session.ui.setState({ isPaletteOpen: false });
  const actions = session.actions.filter(({ id }) => !HIDDEN.test(id));
  return (
    <Dialog label={texts.actions.commands} className="palette" testId="command-palette" onClose={close}>
      <Command label={texts.actions.commands} loop>
        <Command.Input autoFocus placeholder={texts.palette.placeholder} />
        <Command.List label={texts.search.results}>
          <Command.Empty>{texts.palette.nothing}</Command.Empty>
          {ACTION_GROUPS.map((group) => {
            const own = actions.filter((action) => action.group === group);
            if (own.length === 0) return null;
            return (
              <Command.Group key={group} heading={texts.groups[group]}>
                {own.map((action) => (
                  <Command.Item
                    key={action.id}
                    value={action.id}
                    keywords={[action.label(), ...(action.keywords ?? [])]}
                    disabled={action.isEnabled?.(session) === false}
                    onSelect={() => {
                      close();
                      action.run(session);
                    }}
                  >
                    <span className="palette-words">{action.label()}</span>
                    {action.keys?.[0] !== undefined && <kbd>{shownKey(action.keys[0])}</kbd>}
                  </Command.Item>
                ))}
              </Command.Group>
            );
          })}
        </Command.List>
      </Command>
    </Dialog>
  );
}
