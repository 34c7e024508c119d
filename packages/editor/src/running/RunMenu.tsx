import ChevronDown from 'lucide-react/icons/chevron-down';
import { texts } from '../messages/texts.js';
import type { Runner } from '../session/running/runner.js';
import { useSession } from '../session/session.js';
import { shownKey } from '../ui/keys.js';
import { MenuButton, MenuItem, MenuLine } from '../ui/Menu.js';

const COUNTS = [2, 4, 8, 16] as const;

export interface RunMenuProps {
  readonly runner: Runner;
  /** Why nothing can be started now. */
  readonly whyNot: string | undefined;
}

/** The other ways to run, beside the Run button. */
export function RunMenu({ runner, whyNot }: RunMenuProps) {
  const words = texts.run;
  const isOff = whyNot !== undefined;
  return (
    <MenuButton label={words.menu} icon={<ChevronDown size={14} />} testId="run-menu">
      <Action id="run-to" />
      <Action id="run-new-seeds" />
      <MenuLine />
      {COUNTS.map((count) => (
        <MenuItem
          key={count}
          label={words.times(count)}
          isDisabled={isOff}
          onChoose={() => void runner.run(undefined, { count })}
        />
      ))}
      <MenuLine />
      <MenuItem label={words.repeat} isDisabled={isOff} onChoose={() => void runner.repeat()} />
    </MenuButton>
  );
}

/** Drawn when the menu opens, so that what can be done is asked then. */
function Action({ id }: { readonly id: string }) {
  const session = useSession();
  const action = session.actions.find((candidate) => candidate.id === id);
  if (action === undefined) throw new Error(`Internal error: there is no action ${id}`);
  return (
    <MenuItem
      label={action.label()}
      shortcut={action.keys?.[0] && shownKey(action.keys[0])}
      isDisabled={action.isEnabled?.(session) === false}
      onChoose={() => action.run(session)}
    />
  );
}
