import type { EntityKey } from '../document/entity-key.js';
import type { UiStore } from '../view/ui-state.js';

/** What a click on a card does to the selection; Rete's own way would keep it in its nodes. */
export class PickSelection {
  readonly #ui: UiStore;
  #isAdditive = false;
  #isCloning = false;

  constructor(ui: UiStore) {
    this.#ui = ui;
  }

  /** Records the modifier keys of each press, which Rete does not pass on. @returns stops that */
  listen(): () => void {
    const note = ({ shiftKey, ctrlKey, metaKey, altKey }: PointerEvent) => {
      this.#isAdditive = shiftKey || ctrlKey || metaKey;
      this.#isCloning = altKey;
    };
    window.addEventListener('pointerdown', note, true);
    return () => window.removeEventListener('pointerdown', note, true);
  }

  /** The last press asked for a copy of what is dragged. */
  get isCloning(): boolean {
    return this.#isCloning;
  }

  /** The pointer went down on it. @returns whether it may be dragged now */
  pick(key: EntityKey): boolean {
    const { selection } = this.#ui.getState();
    if (!this.#isAdditive) {
      // One of several stays with the others, so that all can be dragged; see `release`.
      if (!selection.has(key)) this.#ui.setState({ selection: new Set([key]) });
      return true;
    }
    const next = new Set(selection);
    const isNew = !next.delete(key);
    if (isNew) next.add(key);
    this.#ui.setState({ selection: next });
    return isNew;
  }

  /** The pointer went up again; a plain click leaves only this one selected. */
  release(key: EntityKey, hasMoved: boolean): void {
    const { selection } = this.#ui.getState();
    if (hasMoved || this.#isAdditive || selection.size < 2 || !selection.has(key)) return;
    this.#ui.setState({ selection: new Set([key]) });
  }
}
