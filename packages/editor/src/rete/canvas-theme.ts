import { TINTS, type Tint } from '../document/document.js';

/** The colours that are painted and not styled, read from the style sheet so that both agree. */
export interface CanvasTheme {
  readonly grid: string;
  readonly card: string;
  readonly cardBorder: string;
  readonly text: string;
  /** A family of CSS. */
  readonly font: string;
  readonly selection: string;
  readonly error: string;
  readonly running: string;
  readonly tints: Readonly<Record<Tint, string>>;
}

export function readCanvasTheme(element: Element): CanvasTheme {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    grid: colour('--canvas-grid'),
    card: colour('--card'),
    cardBorder: colour('--border'),
    text: colour('--text'),
    font: style.fontFamily,
    selection: colour('--accent'),
    error: colour('--error'),
    running: colour('--running'),
    tints: Object.fromEntries(TINTS.map((tint) => [tint, colour(`--tint-${tint}`)])) as Record<Tint, string>,
  };
}
