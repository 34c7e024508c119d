import type { KeyboardEvent } from 'react';
import { latinKey } from '../ui/keys.js';
import type { Outline } from './use-outline.js';

type KeyAction = (outline: Outline) => void;

// The keys of a tree grid as in the ARIA practices, and additional ones.
const ACTIONS: Readonly<Record<string, KeyAction>> = {
  ArrowDown: (outline) => step(outline, 1),
  ArrowUp: (outline) => step(outline, -1),
  Home: (outline) => outline.focusRow(outline.rows[0]?.key ?? ''),
  End: (outline) => outline.focusRow(outline.rows.at(-1)?.key ?? ''),
  PageDown: (outline) => stepNode(outline, 1),
  PageUp: (outline) => stepNode(outline, -1),
  ArrowRight: ({ current, setOpen }) => current?.kind === 'node' && setOpen(current.node, true),
  ArrowLeft: ({ current, setOpen, focusRow }) => {
    if (current?.kind === 'node') setOpen(current.node, false);
    else if (current) focusRow(current.node);
  },
  Enter: ({ current, act }) => current && act(current),
  c: ({ current, startConnecting }) => current && startConnecting(current),
  Delete: ({ current, remove }) => current && remove(current),
  Backspace: ({ current, remove }) => current && remove(current),
  ' ': ({ current, select }) => current && select(current),
};

/** Does what a key means in the outline; other keys are left to the page. */
export function takeOutlineKey(outline: Outline, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = ACTIONS[event.key] ?? ACTIONS[latinKey(event.nativeEvent)];
  if (action === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  action(outline);
}

function step({ rows, current, focusRow }: Outline, by: number): void {
  const next = rows[(current === undefined ? -1 : rows.indexOf(current)) + by];
  if (next !== undefined) focusRow(next.key);
}

function stepNode({ rows, current, focusRow }: Outline, by: number): void {
  const nodes = rows.filter(({ kind }) => kind === 'node');
  const next = nodes[nodes.findIndex(({ node }) => node === current?.node) + by];
  if (next !== undefined) focusRow(next.key);
}
