import { texts } from '../messages/texts.js';
import { goToNextProblem } from '../session/core.js';
import type { EditorAction } from '../session/session.js';

const ZOOM_STEP = 1.25;

export const viewActions: readonly EditorAction[] = [
  {
    id: 'fit',
    label: () => texts.actions.fit,
    group: 'view',
    keys: ['F', 'Shift+1'],
    run: ({ canvas }) => canvas.current?.fit(),
  },
  {
    id: 'fit-selection',
    label: () => texts.actions.fitSelection,
    group: 'view',
    keys: ['Shift+F', 'Shift+2'],
    isEnabled: ({ ui }) => ui.getState().selection.size > 0,
    run: ({ canvas, ui }) => canvas.current?.fit(ui.getState().selection),
  },
  {
    id: 'find-node',
    label: () => texts.actions.findNode,
    group: 'view',
    keywords: ['search', 'locate'],
    keys: ['Mod+F'],
    run: ({ ui }) => ui.setState({ isFindOpen: true }),
  },
  {
    id: 'zoom-in',
    label: () => texts.actions.zoomIn,
    group: 'view',
    keys: ['+', '=', 'Mod++', 'Mod+='],
    repeats: true,
    run: ({ canvas }) => canvas.current?.zoomTo(canvas.current.viewport.k * ZOOM_STEP),
  },
  {
    id: 'zoom-out',
    label: () => texts.actions.zoomOut,
    group: 'view',
    keys: ['-', 'Mod+-'],
    repeats: true,
    run: ({ canvas }) => canvas.current?.zoomTo(canvas.current.viewport.k / ZOOM_STEP),
  },
  {
    id: 'zoom-100',
    label: () => texts.actions.zoom100,
    group: 'view',
    keys: ['0', 'Mod+0'],
    run: ({ canvas }) => canvas.current?.zoomTo(1),
  },
  {
    id: 'pan-tool',
    label: () => texts.actions.panTool,
    group: 'view',
    keys: ['H'],
    run: ({ ui }) => ui.setState({ tool: 'pan' }),
  },
  {
    id: 'select-tool',
    label: () => texts.actions.selectTool,
    group: 'view',
    keys: ['V'],
    run: ({ ui }) => ui.setState({ tool: 'select' }),
  },
  {
    id: 'snap',
    label: () => texts.actions.snap,
    group: 'view',
    keys: ['G'],
    run: ({ ui }) => ui.setState(({ isSnapping }) => ({ isSnapping: !isSnapping })),
  },
  {
    id: 'guides',
    label: () => texts.actions.guides,
    group: 'view',
    run: ({ ui }) => ui.setState(({ showsGuides }) => ({ showsGuides: !showsGuides })),
  },
  {
    id: 'minimap',
    label: () => texts.actions.minimap,
    group: 'view',
    keys: ['M'],
    run: ({ ui }) => ui.setState(({ showsMinimap }) => ({ showsMinimap: !showsMinimap })),
  },
  {
    id: 'next-problem',
    label: () => texts.actions.nextProblem,
    group: 'view',
    keys: ['F8'],
    isEnabled: ({ problems }) => problems.all.length > 0,
    run: goToNextProblem,
  },
  {
    id: 'wheel-pans',
    label: () => texts.actions.wheelPans,
    group: 'app',
    run: ({ ui }) => ui.setState(({ wheelPans }) => ({ wheelPans: !wheelPans })),
  },
  {
    id: 'theme',
    label: () => texts.actions.theme,
    group: 'app',
    run: ({ ui }) => ui.setState(({ shownTheme }) => ({ theme: shownTheme === 'dark' ? 'light' : 'dark' })),
  },
  {
    id: 'help',
    label: () => texts.actions.help,
    group: 'app',
    keys: ['?', 'F1'],
    run: ({ ui }) => ui.setState({ isHelpOpen: true }),
  },
  {
    id: 'commands',
    label: () => texts.actions.commands,
    group: 'app',
    keys: ['Mod+K'],
    worksInFields: true,
    run: ({ ui }) => ui.setState({ isPaletteOpen: true }),
  },
];
