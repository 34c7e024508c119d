import Pin from 'lucide-react/icons/pin';
import { useSession } from '../app/session.js';
import { useDocument } from '../app/use-stores.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';
import { nameOutside, type PinnedParam, togglePin } from './inputs.js';
import { structureStrings as words } from './strings.js';
import './structure.css';

/** The button that lets a param be set from outside: by the workflow's form, or by the node of the subgraph. */
export function ParamPin(param: PinnedParam) {
  const session = useSession();
  const { store } = session;
  const pinned = useDocument(() => nameOutside(store, `${param.node}.${param.name}`));
  const isInside = store.scope.length > 0;
  const tip = isInside
    ? pinned === undefined
      ? words.promote
      : words.demote
    : pinned === undefined
      ? words.makeInput
      : words.removeInput;
  return (
    <Button
      variant="bare"
      className="param-pin"
      tabIndex={-1}
      aria-keyshortcuts="Alt+P"
      aria-label={`${param.label}: ${tip}`}
      aria-pressed={pinned !== undefined}
      tip={`${pinned === undefined ? tip : `${tip} (${pinned})`}\nAlt+P`}
      onPointerDown={stopPointer}
      onClick={() => togglePin(session, param)}
    >
      <Pin size={11} aria-hidden />
    </Button>
  );
}
