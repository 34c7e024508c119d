import { useUi } from '../session/use-stores.js';

/** Why a wire cannot go where the pointer is. */
export function WireHint() {
  const hint = useUi((ui) => ui.hint);
  if (hint === undefined) return null;
  return (
    <div
      className="wire-hint"
      role="alert"
      data-testid="wire-hint"
      style={{ left: hint.screen.x + 16, top: hint.screen.y + 18 }}
    >
      {hint.text}
    </div>
  );
}
