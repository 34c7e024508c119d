import type { MouseEvent } from 'react';
import { lazyPart } from '../session/lazy-part.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import type { ImageTarget, UiStore } from '../view/ui-state.js';

/** What a press of the right button on an image opens, wherever the image is shown. */
export function openImageMenu(ui: UiStore, event: MouseEvent, target: ImageTarget): void {
  event.preventDefault();
  event.stopPropagation();
  // The menu key and long presses have no position of their own.
  const { left, bottom } = event.currentTarget.getBoundingClientRect();
  const isPlaced = event.clientX !== 0 || event.clientY !== 0;
  const screen = isPlaced ? { x: event.clientX, y: event.clientY } : { x: left, y: bottom };
  ui.setState({ imageMenu: { ...target, screen } });
}

const ImageMenuView = lazyPart(async () => (await import('./ImageMenuView.js')).ImageMenuView, {
  useClose() {
    const { ui } = useSession();
    return () => ui.setState({ imageMenu: undefined });
  },
});

/** The menu while it is open. It is inside the dialog that shows the image, or it would count as outside. */
export function ImageMenu() {
  const request = useUi((ui) => ui.imageMenu);
  return request === undefined ? null : <ImageMenuView request={request} />;
}
