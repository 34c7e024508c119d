import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { texts } from '../messages/texts.js';
import type { PaintRequest } from '../session/painter.js';
import { type BrushPoint, floodFill, type Paint } from './mask-raster.js';
import type { PaintSurface } from './paint-surface.js';
import { brushRadius, fitted, type PaintView, pinched, type ScreenPoint, toMask, zoomedAt } from './paint-view.js';

export type PaintTool = 'brush' | 'eraser' | 'fill' | 'hand';

export interface Brush {
  /** Across, in pixels of the mask. */
  readonly size: number;
  /** 0: an even disc; 1: fading from its middle on. */
  readonly softness: number;
}

/** What buttons and keys outside of the stage do to the view. */
export interface StageHandle {
  zoom(factor: number): void;
  fit(): void;
  /** Moves the brush that the keys lead, in pixels of the mask. */
  moveCursor(dx: number, dy: number): void;
  /** Paints where that brush is, or a line to there from where the last stroke ended. */
  paintAtCursor(fromLast: boolean): void;
}

interface PaintStageProps {
  readonly image: PaintRequest['image'];
  readonly surface: PaintSurface;
  readonly tool: PaintTool;
  readonly brush: Brush;
  readonly handle: RefObject<StageHandle | null>;
  readonly onNotLoaded: () => void;
}

/** The image with the mask over it, which mouse, touch and pen paint on. */
export function PaintStage({ image, surface, tool, brush, handle, onNotLoaded }: PaintStageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const { mask } = surface;
  const [view, setView] = useState<PaintView>({ x: 0, y: 0, scale: 1 });
  const shown = useRef(view);
  shown.current = view;
  const cursor = useRef<ScreenPoint>({ x: mask.width / 2, y: mask.height / 2 });
  const lastFit = useRef<PaintView>(undefined);
  const fit = () => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = stage.current ?? {};
    lastFit.current = fitted({ width, height }, mask);
    setView(lastFit.current);
  };
  useLayoutEffect(fit, [surface]);
  useLayoutEffect(() => {
    if (stage.current === null) return undefined;
    // A phone is turned, its keyboard opens: the whole image stays in view, and what was zoomed in on as it is.
    const observer = new ResizeObserver(() => shown.current === lastFit.current && fit());
    observer.observe(stage.current);
    return () => observer.disconnect();
  }, [surface]);
  useWheel(stage, (at, factor) => setView((now) => zoomedAt(now, at, factor)));

  const paintOf = (): Paint => (tool === 'eraser' ? 'remove' : 'add');
  const place = (event: { readonly clientX: number; readonly clientY: number }): ScreenPoint => {
    const { left = 0, top = 0 } = stage.current?.getBoundingClientRect() ?? {};
    return { x: event.clientX - left, y: event.clientY - top };
  };
  /** The ring that shows the brush; React need not draw for each move of the pointer. */
  const showRing = (at: ScreenPoint | undefined) => {
    const element = ring.current;
    if (element === null) return;
    element.hidden = at === undefined || tool === 'hand' || tool === 'fill';
    if (at === undefined) return;
    const side = brush.size * shown.current.scale;
    Object.assign(element.style, {
      width: `${side}px`,
      height: `${side}px`,
      transform: `translate(${at.x - side / 2}px, ${at.y - side / 2}px)`,
    });
  };
  const showCursor = () => {
    const { x, y, scale } = shown.current;
    showRing({ x: x + cursor.current.x * scale, y: y + cursor.current.y * scale });
  };
  const pointers = usePointers({ surface, tool, brush, paintOf, place, shown, setView });

  useEffect(() => {
    handle.current = {
      zoom: (factor) => {
        const { clientWidth = 0, clientHeight = 0 } = stage.current ?? {};
        setView((now) => zoomedAt(now, { x: clientWidth / 2, y: clientHeight / 2 }, factor));
      },
      fit,
      moveCursor(dx, dy) {
        const { x, y } = cursor.current;
        cursor.current = {
          x: Math.min(mask.width, Math.max(0, x + dx)),
          y: Math.min(mask.height, Math.max(0, y + dy)),
        };
        showCursor();
      },
      paintAtCursor(fromLast) {
        const { x, y } = cursor.current;
        if (tool === 'fill') return surface.apply((own) => floodFill(own, x, y));
        const to = { x, y, radius: brushRadius(brush.size, undefined) };
        const from = fromLast && surface.last !== undefined ? { ...surface.last, radius: to.radius } : to;
        surface.beginStroke();
        surface.extendStroke([from, to], { paint: paintOf(), softness: brush.softness });
        surface.endStroke();
        showCursor();
      },
    };
  });

  return (
    <div
      ref={stage}
      className="paint-stage"
      data-tool={tool}
      data-testid="paint-stage"
      role="application"
      aria-label={texts.painting.canvas}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys paint on it
      tabIndex={0}
      onFocus={({ target }) => target.matches(':focus-visible') && showCursor()}
      onBlur={() => showRing(undefined)}
      onPointerDown={pointers.down}
      onPointerMove={(event) => {
        showRing(event.pointerType === 'touch' ? undefined : place(event));
        pointers.move(event);
      }}
      onPointerUp={pointers.up}
      onPointerCancel={pointers.cancel}
      onPointerLeave={() => showRing(undefined)}
      onContextMenu={(event) => event.preventDefault()}
    >
      <div
        className="paint-sheet"
        style={{
          width: mask.width,
          height: mask.height,
          transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
        }}
      >
        {image.url !== '' && <img src={image.url} alt="" draggable={false} onError={onNotLoaded} />}
        <canvas ref={surface.attach} width={mask.width} height={mask.height} />
      </div>
      <div ref={ring} className="paint-ring" hidden />
    </div>
  );
}

interface PointerParts {
  readonly surface: PaintSurface;
  readonly tool: PaintTool;
  readonly brush: Brush;
  readonly paintOf: () => Paint;
  readonly place: (event: { readonly clientX: number; readonly clientY: number }) => ScreenPoint;
  readonly shown: RefObject<PaintView>;
  readonly setView: (change: (view: PaintView) => PaintView) => void;
}

/** What pressed pointers do: one paints or moves the view, two fingers zoom and move it. */
function usePointers({ surface, tool, brush, paintOf, place, shown, setView }: PointerParts) {
  const state = useRef({
    down: new Map<number, ScreenPoint>(),
    doing: undefined as 'stroke' | 'pan' | 'pinch' | undefined,
    paint: 'add' as Paint,
    last: undefined as BrushPoint | undefined,
    // Users of a pen rest the hand on the screen: fingers then only move the view.
    hasPen: false,
  }).current;

  const pointOf = (event: globalThis.PointerEvent): BrushPoint => {
    const at = toMask(shown.current, place(event));
    const pressure = event.pointerType === 'pen' && event.pressure > 0 ? event.pressure : undefined;
    return { ...at, radius: brushRadius(brush.size, pressure) };
  };
  const extend = (to: BrushPoint) => {
    surface.extendStroke([state.last ?? to, to], { paint: state.paint, softness: brush.softness });
    state.last = to;
  };

  function down(event: PointerEvent<HTMLElement>): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    state.down.set(event.pointerId, place(event));
    state.hasPen ||= event.pointerType === 'pen';
    if (state.down.size > 1) {
      if (state.doing === 'stroke') surface.cancelStroke();
      state.doing = state.down.size === 2 ? 'pinch' : undefined;
      return;
    }
    const isFinger = event.pointerType === 'touch' && state.hasPen;
    if (event.button === 1 || tool === 'hand' || isFinger) {
      state.doing = 'pan';
    } else if (tool === 'fill') {
      const { x, y } = pointOf(event.nativeEvent);
      surface.apply((mask) => floodFill(mask, x, y));
    } else {
      // The other button of a mouse, and the other end of a pen, take away.
      const isOther = event.button === 2 || event.button === 5;
      state.paint = isOther !== (paintOf() === 'remove') ? 'remove' : 'add';
      state.doing = 'stroke';
      const start = pointOf(event.nativeEvent);
      state.last = event.shiftKey ? surface.last : undefined;
      surface.beginStroke();
      extend(start);
    }
  }

  function move(event: PointerEvent<HTMLElement>): void {
    const before = state.down.get(event.pointerId);
    if (before === undefined) return;
    const now = place(event);
    const [other] = [...state.down].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    state.down.set(event.pointerId, now);
    if (state.doing === 'pan') {
      setView((view) => ({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y }));
    } else if (state.doing === 'pinch' && other !== undefined) {
      setView((view) => pinched(view, [before, other], [now, other]));
    } else if (state.doing === 'stroke') {
      const { nativeEvent } = event;
      const events = nativeEvent.getCoalescedEvents?.() ?? [];
      for (const one of events.length > 0 ? events : [nativeEvent]) extend(pointOf(one));
    }
  }

  function up({ pointerId }: PointerEvent<HTMLElement>): void {
    state.down.delete(pointerId);
    if (state.doing === 'stroke') surface.endStroke();
    // The remaining finger does not start another gesture.
    state.doing = undefined;
  }

  function cancel({ pointerId }: PointerEvent<HTMLElement>): void {
    state.down.delete(pointerId);
    if (state.doing === 'stroke') surface.cancelStroke();
    state.doing = undefined;
  }

  return { down, move, up, cancel };
}

/** React listens passively, which cannot keep the page from scrolling. */
function useWheel(stage: RefObject<HTMLElement | null>, onZoom: (at: ScreenPoint, factor: number) => void): void {
  const latest = useRef(onZoom);
  latest.current = onZoom;
  useEffect(() => {
    const element = stage.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left = 0, top = 0 } = element?.getBoundingClientRect() ?? {};
      latest.current({ x: event.clientX - left, y: event.clientY - top }, 2 ** (-event.deltaY / 300));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [stage]);
}
