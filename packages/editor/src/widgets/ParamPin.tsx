import Pin from 'lucide-react/icons/pin';
import { nameOutside, type PinnedParam, togglePin } from '../document/commands/inputs.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useDocument } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { shownKey } from '../ui/keys.js';
import { stopPointer } from '../ui/stop-pointer.js';
import './widgets.css';

/** The button that lets a param be set from outside: by the workflow's form, or by the node of the subgraph. */
export function ParamPin(param: PinnedParam) {
  const { store } = useSession();
  const pinned = useDocument(() => nameOutside(store, `${param.node}.${param.name}`));
  const isInside = store.scope.length > 0;
  const tip = isInside
    ? pinned === undefined
      ? texts.structure.promote
      : texts.structure.demote
    : pinned === undefined
      ? texts.structure.makeInput
      : texts.structure.removeInput;
  return (
    <Button
      variant="bare"
      className="param-pin"
      tabIndex={-1}
      aria-keyshortcuts="Alt+P"
      aria-label={`${param.label}: ${tip}`}
      aria-pressed={pinned !== undefined}
      tip={`${pinned === undefined ? tip : `${tip} (${pinned})`}\n${shownKey('Alt+P')}`}
      onPointerDown={stopPointer}
      onClick={() => togglePin(store, param)}
    >
      <Pin size={11} aria-hidden />
    </Button>
  );
}
