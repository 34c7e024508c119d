import { texts } from '../messages/texts.js';
import { ACTION_GROUPS, type EditorAction, useSession } from '../session/session.js';
import { Dialog } from '../ui/Dialog.js';
import { shownKey } from '../ui/keys.js';

/** All keys and gestures, printed from the key map itself. */
export function HelpSheet() {
  const { ui, actions } = useSession();
  return (
    <Dialog title={texts.help.title} size="sheet" testId="help" onClose={() => ui.setState({ isHelpOpen: false })}>
      <div className="help-columns">
        <section className="help-group help-gestures">
          <h3>{texts.help.gestures}</h3>
          <dl>
            {texts.help.rows.map(([gesture, effect]) => (
              <div key={gesture}>
                <dt>{gesture}</dt>
                <dd>{effect}</dd>
              </div>
            ))}
          </dl>
        </section>
        {ACTION_GROUPS.map((group) => {
          const withKeys = actions.filter((action) => action.group === group && action.keys !== undefined);
          if (withKeys.length === 0) return null;
          return (
            <section key={group} className="help-group">
              <h3>{texts.groups[group]}</h3>
              <dl>
                {keysByLabel(withKeys).map(([label, keys]) => (
                  <div key={label}>
                    <dt>{label}</dt>
                    <dd>
                      {keys.slice(0, 2).map((key) => (
                        <kbd key={key}>{shownKey(key)}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}

/** Actions that read the same, such as a step and a longer step, share a row. */
function keysByLabel(actions: readonly EditorAction[]): readonly (readonly [string, readonly string[]])[] {
  const rows = new Map<string, readonly string[]>();
  for (const { label, keys = [] } of actions) rows.set(label(), [...(rows.get(label()) ?? []), ...keys]);
  return [...rows];
}
