import { Command } from 'cmdk';
import { useState } from 'react';
import { hasWordsOf } from '../catalog/search-nodes.js';
import { texts } from '../messages/texts.js';
import { togglePanel } from '../session/panel-state.js';
import { ACTION_GROUPS, type EditorAction, type EditorSession, useSession } from '../session/session.js';
import { Dialog } from '../ui/Dialog.js';
import { shownKey } from '../ui/keys.js';

// They make sense only as keys.
const HIDDEN = /^(move-|cancel$|commands$)/;

/** Opens or closes a panel that no command is about. */
function panelActions({ actions, panels }: EditorSession): readonly EditorAction[] {
  const missing = panels.all.filter((panel) => !actions.some(({ id }) => id === panel.id));
  return missing.map((panel) => ({
    id: panel.id,
    label: panel.title,
    group: 'view',
    run: () => togglePanel(panels, panel),
  }));
}

/** Every command and panel by its name. */
export function CommandPalette() {
  const session = useSession();
  const [words, setWords] = useState('');
  const close = () => session.ui.setState({ isPaletteOpen: false });
  const actions = [...session.actions.filter(({ id }) => !HIDDEN.test(id)), ...panelActions(session)];
  const item = (action: EditorAction) => (
    <Command.Item
      key={action.id}
      value={action.id}
      disabled={action.isEnabled?.(session) === false}
      onSelect={() => {
        close();
        action.run(session);
      }}
    >
      <span className="palette-words">{action.label()}</span>
      {action.keys?.[0] !== undefined && <kbd>{shownKey(action.keys[0])}</kbd>}
    </Command.Item>
  );
  return (
    <Dialog label={texts.actions.commands} className="palette" testId="command-palette" onClose={close}>
      <Command label={texts.actions.commands} shouldFilter={false} loop>
        <Command.Input autoFocus value={words} onValueChange={setWords} placeholder={texts.palette.placeholder} />
        <Command.List label={texts.search.results}>
          <Command.Empty>{texts.palette.nothing}</Command.Empty>
          {words.trim() !== '' && findActions(actions, words).map(item)}
          {words.trim() === '' &&
            ACTION_GROUPS.map((group) => {
              const own = actions.filter((action) => action.group === group);
              if (own.length === 0) return null;
              return (
                <Command.Group key={group} heading={texts.groups[group]}>
                  {own.map(item)}
                </Command.Group>
              );
            })}
        </Command.List>
      </Command>
    </Dialog>
  );
}

/** Those that have every word in their name, keywords or id; names that begin with what was typed come first, then those with the whole words. */
function findActions(actions: readonly EditorAction[], query: string): readonly EditorAction[] {
  const typed = query.trim().toLowerCase();
  const fits = hasWordsOf(typed);
  const rank = ({ label, keywords = [], id }: EditorAction) => {
    const name = label().toLowerCase();
    if (name.startsWith(typed)) return 0;
    const own = name.split(/\s+/);
    if (typed.split(/\s+/).every((word) => own.includes(word))) return 1;
    if (fits(name)) return 2;
    return fits([name, ...keywords, id].join('\n')) ? 3 : undefined;
  };
  return [0, 1, 2, 3].flatMap((at) => actions.filter((action) => rank(action) === at));
}
