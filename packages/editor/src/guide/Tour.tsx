import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { texts } from '../messages/texts.js';
import { useSession } from '../session/session.js';
import { Button } from '../ui/Button.js';
import './guide.css';
import { placeBeside } from './place-beside.js';

/** What each step points at; the first that is on the page. */
const TARGETS: readonly (readonly string[])[] = [
  ['[data-testid="node"] .image-drop', '.start-page', '[data-testid="canvas"]'],
  ['[data-testid="run"]'],
  ['[data-testid="node"] .card-images', '[data-testid="canvas"]'],
  ['[data-testid="gallery-button"]', '[data-testid="file-menu"]'],
];
// The canvas moves and panels open while the tour goes on.
const FOLLOW_MS = 150;

/** Shows the page in four steps; the page can be used meanwhile. */
export function Tour({ step }: { readonly step: number }) {
  const { ui, canvas } = useSession();
  const box = useRef<HTMLElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const [returnTo] = useState(() => document.activeElement);
  const end = () => {
    ui.setState({ tourStep: undefined });
    (returnTo instanceof HTMLElement && returnTo.isConnected ? returnTo : canvas.current?.container)?.focus();
  };

  useLayoutEffect(() => {
    const follow = () => {
      if (box.current === null || ring.current === null) return;
      const target = targetOf(step).getBoundingClientRect();
      const size = { width: box.current.offsetWidth, height: box.current.offsetHeight };
      const { left, top } = placeBeside(target, size, { width: innerWidth, height: innerHeight });
      Object.assign(box.current.style, { left: `${left}px`, top: `${top}px` });
      Object.assign(ring.current.style, {
        left: `${target.left - 4}px`,
        top: `${target.top - 4}px`,
        width: `${target.width + 8}px`,
        height: `${target.height + 8}px`,
      });
    };
    follow();
    const timer = setInterval(follow, FOLLOW_MS);
    return () => clearInterval(timer);
  }, [step]);
  useEffect(() => box.current?.querySelector<HTMLElement>('.primary')?.focus(), [step]);

  const { title, body } = texts.guide.steps[step] ?? { title: '', body: '' };
  const isLast = step === TARGETS.length - 1;
  return (
    <>
      <div ref={ring} className="tour-ring" />
      <section
        ref={box}
        className="popup tour"
        role="dialog"
        aria-label={texts.guide.tour}
        data-testid="tour"
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Escape') end();
        }}
      >
        <h2>{title}</h2>
        <p aria-live="polite">{body}</p>
        <footer>
          <span>{texts.guide.stepOf(step + 1, TARGETS.length)}</span>
          {!isLast && <Button onClick={end}>{texts.guide.skip}</Button>}
          {step > 0 && <Button onClick={() => ui.setState({ tourStep: step - 1 })}>{texts.guide.back}</Button>}
          <Button variant="primary" onClick={() => (isLast ? end() : ui.setState({ tourStep: step + 1 }))}>
            {isLast ? texts.guide.done : texts.guide.next}
          </Button>
        </footer>
      </section>
    </>
  );
}

function targetOf(step: number): Element {
  for (const selector of TARGETS[step] ?? []) {
    const found = document.querySelector(selector);
    if (found !== null) return found;
  }
  return document.body;
}
