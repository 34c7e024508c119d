import X from 'lucide-react/icons/x';
import { type CSSProperties, useRef } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { openPanel, type PanelDefinition, panelsAt, resizePanel, togglePanel } from '../session/panel-state.js';
import { useSession } from '../session/session.js';
import { useOpenPanel } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';
import { Tabs } from '../ui/Tabs.js';
import { useDrag } from '../ui/use-drag.js';

/** The panels at one side of the canvas; nothing while none is open. */
export function PanelColumn({ side }: { readonly side: PanelDefinition['side'] }) {
  const { panels } = useSession();
  const shown = useOpenPanel(side);
  const size = useStore(panels.sizes, (sizes) => sizes[side]);
  if (shown === undefined) return null;
  const style: CSSProperties & Record<'--panel-size', string> = { '--panel-size': `${size}px` };
  return (
    <aside className="panel" data-side={side} aria-label={nameOf(side)} style={size === undefined ? undefined : style}>
      <PanelGrip side={side} />
      <Tabs
        tabs={panelsAt(panels, side).map(({ id, title, Icon }) => ({ id, title: title(), Icon }))}
        shown={shown.id}
        onShow={(id) => openPanel(panels, id)}
        end={
          <IconButton label={texts.app.closePanel} onClick={() => togglePanel(panels, shown)}>
            <X size={16} />
          </IconButton>
        }
      >
        <shown.Content />
      </Tabs>
    </aside>
  );
}

const KEY_STEP = 20;

/** The edge by which panels are made larger; a double click gives them the size of the beginning. */
function PanelGrip({ side }: { readonly side: PanelDefinition['side'] }) {
  const { panels } = useSession();
  const grip = useRef<HTMLDivElement>(null);
  const start = useRef(0);
  const isBottom = side === 'bottom';
  const sizeNow = () => {
    const box = grip.current?.parentElement?.getBoundingClientRect();
    return (isBottom ? box?.height : box?.width) ?? 0;
  };
  const grow = (from: number, { dx, dy }: { readonly dx: number; readonly dy: number }) => {
    resizePanel(panels, side, from + { left: dx, right: -dx, bottom: -dy }[side]);
  };
  const drag = useDrag(start, (from, distance) => grow(from.current, distance));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no line between paragraphs
    <div
      ref={grip}
      className="panel-grip"
      role="separator"
      tabIndex={0}
      aria-label={texts.app.panelSize}
      aria-orientation={isBottom ? 'horizontal' : 'vertical'}
      aria-valuenow={Math.round(sizeNow())}
      data-tip={texts.app.panelSize}
      {...drag}
      onPointerDown={(event) => {
        start.current = sizeNow();
        drag.onPointerDown(event);
      }}
      onDoubleClick={() => resizePanel(panels, side, undefined)}
      onKeyDown={({ key }) => {
        const by = { ArrowLeft: -KEY_STEP, ArrowUp: -KEY_STEP, ArrowRight: KEY_STEP, ArrowDown: KEY_STEP }[key];
        if (by !== undefined) grow(sizeNow(), { dx: by, dy: by });
      }}
    />
  );
}

function nameOf(side: PanelDefinition['side']): string {
  return { left: texts.app.leftPanel, right: texts.app.rightPanel, bottom: texts.app.bottomPanel }[side];
}
