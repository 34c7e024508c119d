import { type RefObject, useEffect, useRef } from 'react';

/** How much of the window has to show an element, or it is brought into view. */
const SHOWN = 0.4;

/**
 * Brings an element into view each time that something begins, unless it is in view already: on a phone, what happens
 * would be below the window.
 */
export function useIntoView<Element extends HTMLElement>(hasBegun: boolean): RefObject<Element | null> {
  const ref = useRef<Element>(null);
  useEffect(() => {
    const element = ref.current;
    if (!hasBegun || element === null || element.getBoundingClientRect().top < innerHeight * (1 - SHOWN)) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
  }, [hasBegun]);
  return ref;
}
