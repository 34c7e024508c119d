import { useEffect, useRef, useState } from 'react';

interface Tip {
  readonly text: string;
  readonly box: DOMRect;
}

const DELAY_MS = 450;

/** Whether an element has a text on it that is not cut. */
function showsWhole(element: HTMLElement, text: string): boolean {
  const isWhole = ({ scrollWidth, clientWidth }: Element) => scrollWidth <= clientWidth;
  return element.textContent.trim() === text && [element, ...element.children].every(isWhole);
}

/**
 * Shows the `data-tip` of the hovered or focused element. One for the whole page: separate tooltips for hundreds of
 * ports would make every card slower.
 */
export function Tooltips() {
  const [tip, setTip] = useState<Tip>();
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      over = null;
      setTip(undefined);
    };
    const show = (target: EventTarget | null, delayMs: number) => {
      const found = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
      if (found === over) return;
      hide();
      over = found;
      const text = found?.dataset['tip'];
      if (found === null || text === undefined || text === '') return;
      // It would lie over what the button has opened, or only repeat the words on it.
      const isInTheWay = () => !found.isConnected || found.matches('[aria-expanded="true"]') || showsWhole(found, text);
      timer = setTimeout(() => isInTheWay() || setTip({ text, box: found.getBoundingClientRect() }), delayMs);
    };
    const onOver = (event: PointerEvent) => {
      if (event.pointerType === 'mouse' && event.buttons === 0) show(event.target, DELAY_MS);
    };
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches(':focus-visible')) show(target, DELAY_MS);
    };
    document.addEventListener('pointerover', onOver);
    document.addEventListener('pointerdown', hide, true);
    document.addEventListener('wheel', hide, { capture: true, passive: true });
    document.addEventListener('keydown', hide, true);
    document.addEventListener('focusin', onFocus);
    window.addEventListener('resize', hide);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('pointerdown', hide, true);
      document.removeEventListener('wheel', hide, true);
      document.removeEventListener('keydown', hide, true);
      document.removeEventListener('focusin', onFocus);
      window.removeEventListener('resize', hide);
    };
  }, []);

  // Its size is known only now; it is placed below, or above if there is no room.
  useEffect(() => {
    const box = element.current;
    if (tip === undefined || box === null) return;
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(8, Math.min(tip.box.left + tip.box.width / 2 - width / 2, innerWidth - width - 8));
    const below = tip.box.bottom + 8;
    const top = below + height > innerHeight - 8 ? tip.box.top - height - 8 : below;
    Object.assign(box.style, { left: `${left}px`, top: `${top}px`, visibility: 'visible' });
  }, [tip]);

  if (tip === undefined) return null;
  return (
    <div ref={element} className="tooltip" role="tooltip" style={{ visibility: 'hidden' }}>
      {tip.text}
    </div>
  );
}
