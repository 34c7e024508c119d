import type { CSSProperties } from 'react';
import { setFrameTitle } from '../document/commands/annotations.js';
import type { Frame } from '../document/document.js';
import { frameKey } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { useSession } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { EditableText } from '../ui/EditableText.js';
import { BoxGrip } from './BoxGrip.js';
import { useAnnotation } from './use-annotation.js';

/** A titled rectangle; its title bar drags it with its contents. */
export function FrameBox({ frame, adapter }: { readonly frame: Frame; readonly adapter: CanvasAdapter }) {
  const { store, ui } = useSession();
  const key = frameKey(frame.id);
  const isSelected = useUi((state) => state.selection.has(key));
  const isRenaming = useUi((state) => state.renaming === key);
  const { ref, onPointerDown } = useAnnotation(adapter, key, frame);
  const style: CSSProperties & Record<'--tint', string> = {
    left: frame.x,
    top: frame.y,
    width: frame.width,
    height: frame.height,
    '--tint': `var(--tint-${frame.colour ?? 'grey'})`,
  };
  return (
    <div ref={ref} className="frame" style={style} data-selected={isSelected || undefined} data-testid="frame">
      <div className="frame-title" data-entity={key} onPointerDown={onPointerDown}>
        <EditableText
          text={frame.title}
          label={texts.canvas.frameTitle}
          isEditing={isRenaming}
          onEdit={() => ui.setState({ renaming: key })}
          onDone={(title) => {
            ui.setState({ renaming: undefined });
            if (title !== undefined) setFrameTitle(store, frame.id, title);
          }}
        />
      </div>
      <BoxGrip kind="frame" item={frame} adapter={adapter} />
    </div>
  );
}
