import { useCallback, useSyncExternalStore } from 'react';
import { useStore } from 'zustand/react';
import type { Problem } from '../catalog/find-problems.js';
import type { WorkflowDocument } from '../document/document.js';
import type { NodeRunState } from '../live/run-groups.js';
import { shownKey } from '../ui/keys.js';
import type { UiState } from '../view/ui-state.js';
import { type PanelDefinition, panelsAt } from './panel-state.js';
import { useSession } from './session.js';

/** A part of the document; the component draws again when that part is another object. */
export function useDocument<T>(select: (document: WorkflowDocument) => T): T {
  const { store } = useSession();
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  return useSyncExternalStore(subscribe, () => select(store.document));
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(useSession().ui, select);
}

/** The first key of an action, as it is shown. */
export function useShownKey(id: string): string | undefined {
  const session = useSession();
  useUi((ui) => ui.keyBindings);
  const key = session.actions.find((action) => action.id === id)?.keys?.[0];
  return key === undefined ? undefined : shownKey(key);
}

/** The panel shown at a side. */
export function useOpenPanel(side: PanelDefinition['side']): PanelDefinition | undefined {
  const { panels } = useSession();
  const id = useStore(panels.open, (state) => state[side]);
  return panelsAt(panels, side).find((panel) => panel.id === id);
}

export function useRunState(node: string): NodeRunState {
  const { runState, store } = useSession();
  const id = store.runId(node);
  const subscribe = useCallback((listener: () => void) => runState.subscribe(id, listener), [runState, id]);
  return useSyncExternalStore(subscribe, () => runState.get(id));
}

/** The problems of one node. */
export function useProblems(node: string): readonly Problem[] {
  const { problems } = useSession();
  return useSyncExternalStore(problems.subscribe, () => problems.of(node));
}

export function useShownProblems(): readonly Problem[] {
  const { problems } = useSession();
  return useSyncExternalStore(problems.subscribe, () => problems.shown);
}

/** Whether an image of the node has come. */
export function useHasPreview(node: string): boolean {
  const { previews, store } = useSession();
  const id = store.runId(node);
  const subscribe = useCallback((listener: () => void) => previews.subscribe(id, listener), [previews, id]);
  return useSyncExternalStore(subscribe, () => previews.has(id));
}
