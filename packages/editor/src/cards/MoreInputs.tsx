import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronUp from 'lucide-react/icons/chevron-up';
import { toggleShowsInputs } from '../document/commands/placing.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { stopPointer } from '../ui/stop-pointer.js';

export interface MoreInputsProps {
  readonly id: string;
  /** The inputs it shows or hides. */
  readonly names: readonly string[];
  /** The middle of the row, from the top of the card. */
  readonly y: number;
  readonly isOpen: boolean;
}

/** Stands for the optional inputs that are not connected; a wire held over the card shows them, too. */
export function MoreInputs({ id, names, y, isOpen }: MoreInputsProps) {
  const { store } = useSession();
  const fits = useUi(({ pending }) =>
    pending?.judge.from.side !== 'output'
      ? undefined
      : names.some((name) => pending.judge.judge({ node: id, side: 'input', name }).ok),
  );
  const Chevron = isOpen ? ChevronUp : ChevronDown;
  return (
    <Button
      variant="bare"
      className="more-inputs"
      style={{ top: y }}
      data-fit={fits === undefined ? undefined : fits ? 'yes' : 'no'}
      aria-expanded={isOpen}
      tip={names.join(', ')}
      onPointerDown={stopPointer}
      onClick={() => toggleShowsInputs(store, id)}
    >
      <Chevron size={14} aria-hidden />
      {isOpen ? texts.card.fewerInputs : texts.card.moreInputs(names.length)}
    </Button>
  );
}
