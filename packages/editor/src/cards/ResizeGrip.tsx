import type { CardLayout } from '../catalog/card-layout.js';
import { resizeNode } from '../document/commands/placing.js';
import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { useDrag } from '../ui/use-drag.js';

/** The corner by which a card is made larger; a double click gives it its natural size back. */
export function ResizeGrip({ id, layout }: { readonly id: string; readonly layout: CardLayout }) {
  const { store, canvas } = useSession();
  const drag = useDrag(layout, ({ width, height }, { dx, dy }) => {
    const k = canvas.current?.viewport.k ?? 1;
    resizeNode(store, id, { width: width + dx / k, height: height + dy / k });
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu offers the natural size for keys
    <span
      className="resize-grip"
      data-tip={strings.card.resize}
      {...drag}
      onDoubleClick={() => resizeNode(store, id, undefined)}
    />
  );
}
