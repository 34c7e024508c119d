import Grid from 'lucide-react/icons/grid-3x3';
import Hand from 'lucide-react/icons/hand';
import Maximize from 'lucide-react/icons/maximize';
import Minus from 'lucide-react/icons/minus';
import Plus from 'lucide-react/icons/plus';
import Select from 'lucide-react/icons/square-dashed-mouse-pointer';
import { useEffect, useRef } from 'react';
import { ActionButton } from '../actions/ActionButton.js';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';

/** Tools and zoom, over the lower left corner of the canvas. */
export function CanvasTools() {
  const tool = useUi((ui) => ui.tool);
  const isSnapping = useUi((ui) => ui.isSnapping);
  return (
    <div className="canvas-tools" role="toolbar" aria-label={texts.app.canvas}>
      <ActionButton action="pan-tool" Icon={Hand} isPressed={tool === 'pan'} />
      <ActionButton action="select-tool" Icon={Select} isPressed={tool === 'select'} />
      <ActionButton action="snap" Icon={Grid} isPressed={isSnapping} />
      <span className="toolbar-line" />
      <ActionButton action="zoom-out" Icon={Minus} />
      <ZoomLevel />
      <ActionButton action="zoom-in" Icon={Plus} />
      <ActionButton action="fit" Icon={Maximize} />
    </div>
  );
}

/** The zoom in percent, written past React: it changes with every step of the wheel. */
function ZoomLevel() {
  const { canvas } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const adapter = canvas.current;
    if (adapter === undefined) return undefined;
    const show = () => {
      const text = texts.canvas.zoomLevel(Math.round(adapter.viewport.k * 100));
      if (button.current !== null && button.current.textContent !== text) button.current.textContent = text;
    };
    show();
    return adapter.onViewport(show);
  }, [canvas]);
  return (
    <Button
      variant="bare"
      ref={button}
      className="zoom-level"
      tip={texts.canvas.zoomTo100}
      onClick={() => canvas.current?.zoomTo(1)}
    />
  );
}

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
