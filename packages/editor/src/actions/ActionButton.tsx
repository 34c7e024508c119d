import { type ComponentType, useCallback, useMemo, useSyncExternalStore } from 'react';
import { useSession } from '../session/session.js';
import { useShownKey } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';

export interface ActionButtonProps {
  /** The id of the action. */
  readonly action: string;
  readonly Icon: ComponentType<{ readonly size?: number | string }>;
  readonly isPressed?: boolean;
}

/** A button for an action: its name and key are in the tooltip, and it is off while the action cannot be done. */
export function ActionButton({ action: id, Icon, isPressed }: ActionButtonProps) {
  const session = useSession();
  const action = useMemo(() => session.actions.find((candidate) => candidate.id === id), [session, id]);
  if (action === undefined) throw new Error(`Internal error: there is no action ${id}`);
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [session.store.subscribe(listener), session.ui.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    [session],
  );
  const isEnabled = useSyncExternalStore(subscribe, () => action.isEnabled?.(session) !== false);
  const label = action.label();
  const key = useShownKey(id);
  return (
    <IconButton
      disabled={!isEnabled}
      label={label}
      aria-pressed={isPressed}
      tip={key === undefined ? label : `${label}  (${key})`}
      onClick={() => action.run(session)}
    >
      <Icon size={16} />
    </IconButton>
  );
}
