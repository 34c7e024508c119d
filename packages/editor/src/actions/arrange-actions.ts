import { boxOf } from '../catalog/card-boxes.js';
import { type AlignEdge, type Axis, aligned, type Boxes, distributed } from '../document/commands/align.js';
import { move, nudge } from '../document/commands/placing.js';
import type { Box, Point } from '../document/document.js';
import type { EntityKey } from '../document/entity-key.js';
import { texts } from '../messages/texts.js';
import type { EditorAction, EditorSession } from '../session/session.js';
import { tidy } from './tidy.js';

const NUDGE = 10;
const FAR_NUDGE = 100;

function selectedBoxes({ store, catalog, ui }: EditorSession): Boxes {
  const boxes = new Map<EntityKey, Box>();
  for (const key of ui.getState().selection) {
    const box = boxOf(store.document, catalog, key);
    if (box !== undefined) boxes.set(key, box);
  }
  return boxes;
}

const hasSeveral = (count: number) => (session: EditorSession) => session.ui.getState().selection.size >= count;

function alignAction(edge: AlignEdge, label: () => string, key: string): EditorAction {
  return {
    id: `align-${edge}`,
    label,
    group: 'arrange',
    keys: [key],
    isEnabled: hasSeveral(2),
    run: (session) => {
      move(session.store, { entities: aligned(selectedBoxes(session), edge) }, texts.edits.align);
    },
  };
}

function distributeAction(axis: Axis, label: () => string, key: string): EditorAction {
  return {
    id: `distribute-${axis}`,
    label,
    group: 'arrange',
    keys: [key],
    isEnabled: hasSeveral(3),
    run: (session) => {
      move(session.store, { entities: distributed(selectedBoxes(session), axis) }, texts.edits.distribute);
    },
  };
}

function nudgeActions(name: string, label: () => string, { x, y }: Point): readonly EditorAction[] {
  const action = (keys: readonly string[], id: string, by: number): EditorAction => ({
    id,
    label,
    group: 'arrange',
    keys,
    repeats: true,
    isEnabled: hasSeveral(1),
    run: (session) => {
      const places = [...selectedBoxes(session)].map(
        ([key, box]) => [key, { x: box.x + x * by, y: box.y + y * by }] as const,
      );
      nudge(session.store, { entities: new Map(places) });
    },
  });
  return [action([name], `move-${name}`, NUDGE), action([`Shift+${name}`], `move-far-${name}`, FAR_NUDGE)];
}

export const arrangeActions: readonly EditorAction[] = [
  {
    id: 'tidy',
    label: () => texts.actions.tidy,
    group: 'arrange',
    keys: ['Shift+L'],
    run: (session) => void tidy(session),
  },
  alignAction('left', () => texts.actions.alignLeft, 'Alt+A'),
  alignAction('centre', () => texts.actions.alignCentre, 'Alt+H'),
  alignAction('right', () => texts.actions.alignRight, 'Alt+D'),
  alignAction('top', () => texts.actions.alignTop, 'Alt+W'),
  alignAction('middle', () => texts.actions.alignMiddle, 'Alt+V'),
  alignAction('bottom', () => texts.actions.alignBottom, 'Alt+S'),
  distributeAction('horizontal', () => texts.actions.distributeHorizontally, 'Alt+Shift+H'),
  distributeAction('vertical', () => texts.actions.distributeVertically, 'Alt+Shift+V'),
  ...nudgeActions('ArrowLeft', () => texts.actions.moveLeft, { x: -1, y: 0 }),
  ...nudgeActions('ArrowRight', () => texts.actions.moveRight, { x: 1, y: 0 }),
  ...nudgeActions('ArrowUp', () => texts.actions.moveUp, { x: 0, y: -1 }),
  ...nudgeActions('ArrowDown', () => texts.actions.moveDown, { x: 0, y: 1 }),
];
