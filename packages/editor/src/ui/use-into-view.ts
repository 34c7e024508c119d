import { type RefObject, useEffect, useRef } from 'react';

/** How much of the window has to show an element, or it is brought into view. */
const SHOWN = 0.4;

/**
 * Brings an element into view as soon as there is something to see in it, unless it is in view already: on a phone, it
 * would be below the window.
 *
 * @param seen what is to be seen, by any name; `undefined` as long as there is nothing
 */
export function useIntoView<Element extends HTMLElement>(seen: string | undefined): RefObject<Element | null> {
  const ref = useRef<Element>(null);
  useEffect(() => {
    const element = ref.current;
    if (seen === undefined || element === null || element.getBoundingClientRect().top < innerHeight * (1 - SHOWN))
      return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
  }, [seen]);
  return ref;
}
