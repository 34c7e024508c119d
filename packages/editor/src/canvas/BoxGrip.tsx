import { resizeAnnotation } from '../document/commands/annotations.js';
import type { Box } from '../document/document.js';
import { texts } from '../messages/texts.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { useSession } from '../session/session.js';
import { useDrag } from '../ui/use-drag.js';

export interface BoxGripProps {
  readonly kind: 'frame' | 'note';
  readonly item: Box & { readonly id: string };
  readonly adapter: CanvasAdapter;
}

const MIN_WIDTH = 120;
const MIN_HEIGHT = 60;

/** The corner by which a frame or a note is resized. */
export function BoxGrip({ kind, item, adapter }: BoxGripProps) {
  const { store } = useSession();
  const drag = useDrag(item, ({ x, y, width, height }, { dx, dy }) => {
    const { k } = adapter.viewport;
    resizeAnnotation(store, kind, item.id, {
      ...{ x, y },
      width: Math.max(MIN_WIDTH, width + dx / k),
      height: Math.max(MIN_HEIGHT, height + dy / k),
    });
  });
  return <span className="resize-grip" data-tip={texts.card.resize} {...drag} />;
}
