import { type RefObject, useEffect, useRef } from 'react';

/** What users do when they look at something else. */
const OWN_MOVES = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/**
 * Brings an element into view as soon as there is something to see in it, unless its first part is in view already: on a
 * phone, it would be below the window. Images get their height later, so it is looked at again when its size changes, until
 * the user does something.
 *
 * @param seen what is to be seen, by any name; `undefined` as long as there is nothing
 */
export function useIntoView<Element extends HTMLElement>(seen: string | undefined): RefObject<Element | null> {
  const ref = useRef<Element>(null);
  useEffect(() => {
    const element = ref.current;
    if (seen === undefined || element === null) return;
    const observer = new ResizeObserver(() => bringIntoView(element));
    const stop = () => {
      observer.disconnect();
      for (const type of OWN_MOVES) removeEventListener(type, stop, true);
    };
    // Observing begins with a call.
    observer.observe(element);
    for (const type of OWN_MOVES) addEventListener(type, stop, { capture: true, passive: true });
    return stop;
  }, [seen]);
  return ref;
}

function bringIntoView(element: HTMLElement): void {
  const { top, bottom } = portOf(element);
  const first = (element.firstElementChild ?? element).getBoundingClientRect();
  if (first.top >= top && first.bottom <= bottom) return;
  const isWhole = element.getBoundingClientRect().height <= bottom - top;
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: isWhole ? 'nearest' : 'start', behavior: isCalm ? 'auto' : 'smooth' });
}

/** Where an element can be seen: inside of what scrolls it, without the part that is kept free for what covers it. */
function portOf(element: HTMLElement): { readonly top: number; readonly bottom: number } {
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
    const { overflowY, scrollPaddingBottom } = getComputedStyle(parent);
    if (overflowY !== 'auto' && overflowY !== 'scroll') continue;
    const { top, bottom } = parent.getBoundingClientRect();
    // `auto` is none.
    return { top, bottom: bottom - (Number.parseFloat(scrollPaddingBottom) || 0) };
  }
  return { top: 0, bottom: innerHeight };
}
