import { useEffect, useRef } from 'react';
import { nameReroutePoint } from '../document/commands/links.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { isComposing } from '../ui/keys.js';
import type { UiState } from '../view/ui-state.js';

/** The field for the name of a point of a wire, beside the point. */
export function PointName({ link, index, screen }: NonNullable<UiState['namingPoint']>) {
  const { store, ui, canvas } = useSession();
  const field = useRef<HTMLInputElement>(null);
  const isGivenUp = useRef(false);
  const name = store.document.layout.links?.[link]?.points[index]?.name ?? '';
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <input
      ref={field}
      className="text-field popup point-name"
      style={{ left: screen.x + 10, top: screen.y - 14 }}
      aria-label={texts.canvas.pointName}
      placeholder={texts.canvas.pointName}
      defaultValue={name}
      maxLength={60}
      onKeyDown={(event) => {
        event.stopPropagation();
        if ((event.key !== 'Enter' && event.key !== 'Escape') || isComposing(event.nativeEvent)) return;
        isGivenUp.current = event.key === 'Escape';
        canvas.current?.container.focus();
      }}
      onBlur={({ target }) => {
        if (!isGivenUp.current) nameReroutePoint(store, link, index, target.value.trim());
        ui.setState({ namingPoint: undefined });
      }}
    />
  );
}
