import type { OutputRecord } from '@unclip-studio/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConnectionJudge, PortRef } from '../catalog/can-connect.js';
import type { Fit } from '../catalog/search-nodes.js';
import type { Point } from '../document/document.js';
import type { EntityKey } from '../document/entity-key.js';
import { PREFERENCES, type Preferences, readPreferences, writePreferences } from './preferences.js';

/** A wire that is being pulled. */
export interface PendingWire {
  readonly judge: ConnectionJudge;
  /** The link whose reader's end was picked up, if one was. */
  readonly detached: string | undefined;
  /** The port under the pointer. */
  readonly target: PortRef | undefined;
  /** The card under the pointer, which shows its folded inputs meanwhile. */
  readonly over?: string | undefined;
}

/** What the search palette was opened for. */
export interface NodeSearchRequest {
  /** Where the palette opens, in pixels of the window. */
  readonly screen: Point;
  /** Where the new node goes, in canvas units. */
  readonly at: Point;
  readonly fit?: Fit;
  /** The port at the other end of the wire, or the link to put the node into. */
  readonly wire?: { readonly kind: 'port'; readonly port: PortRef } | { readonly kind: 'link'; readonly id: string };
}

/** The target of the context menu. */
export interface MenuRequest {
  readonly screen: Point;
  readonly at: Point;
  readonly target: EntityKey | undefined;
  /** The reroute point of the target link that was hit. */
  readonly reroute?: number;
  /** The param of the target node that was hit. */
  readonly param?: string;
}

/** An image that a run made, and those it is shown with. */
export interface ImageTarget {
  readonly output: OutputRecord;
  readonly outputs?: readonly OutputRecord[];
}

/** Something else that a menu offers. */
export interface MenuChoice {
  /** Two may have the same label. */
  readonly id: number;
  readonly label: string;
  readonly choose: () => void;
}

/** The menu of an image, and where it opens, in pixels of the window. */
export interface ImageMenuRequest extends ImageTarget {
  readonly screen: Point;
  /** In place of the usual ones. */
  readonly choices?: readonly MenuChoice[];
}

export type Tool = 'pan' | 'select';

/** What the user views and points to. Never saved with the workflow, never undone. */
export interface UiState extends Preferences {
  /** The current theme of the page; `theme` is the user's setting. */
  readonly shownTheme: 'light' | 'dark';
  readonly selection: ReadonlySet<EntityKey>;
  readonly pending: PendingWire | undefined;
  /** A line of text at the pointer, such as why a connection is refused. */
  readonly hint: { readonly screen: Point; readonly text: string } | undefined;
  readonly search: NodeSearchRequest | undefined;
  readonly menu: MenuRequest | undefined;
  readonly imageMenu: ImageMenuRequest | undefined;
  readonly tool: Tool;
  /** The link which a dragged node would go into if it were dropped now, or which the pointer is on. */
  readonly hotLink: string | undefined;
  /** The node or frame whose title is being edited. */
  readonly renaming: EntityKey | undefined;
  /** The point of a wire whose name is being edited, and where it is in the window. */
  readonly namingPoint: { readonly screen: Point; readonly link: string; readonly index: number } | undefined;
  /** Results looked at in full size. */
  readonly viewing:
    | { readonly outputs: readonly OutputRecord[]; readonly index: number; readonly isComparing?: true }
    | undefined;
  /** The node type that is explained. */
  readonly explained: string | undefined;
  /** Where the tour of the page is, from 0; `undefined`: nobody takes it. */
  readonly tourStep: number | undefined;
  readonly isHelpOpen: boolean;
  readonly isSettingsOpen: boolean;
  readonly isPaletteOpen: boolean;
  /** The list of this workflow's nodes is open. */
  readonly isFindOpen: boolean;
  /** Fields with an invalid text: id of the field -> the error, for the user. */
  readonly refusedFields: Readonly<Record<string, string>>;
  /** The last thing that happened, for the status bar and screen readers. */
  readonly message: string;
}

export type UiStore = StoreApi<UiState>;

export function createUiStore(): UiStore {
  return createStore<UiState>(() => ({
    ...readPreferences(),
    shownTheme: 'dark',
    selection: new Set(),
    pending: undefined,
    hint: undefined,
    search: undefined,
    menu: undefined,
    imageMenu: undefined,
    tool: 'pan',
    hotLink: undefined,
    renaming: undefined,
    namingPoint: undefined,
    viewing: undefined,
    explained: undefined,
    tourStep: undefined,
    isHelpOpen: false,
    isSettingsOpen: false,
    isPaletteOpen: false,
    isFindOpen: false,
    refusedFields: {},
    message: '',
  }));
}

/** Whether the form is on the page instead of the graph. */
export type FormStore = StoreApi<{ readonly isOpen: boolean }>;

/** The form, which opens automatically if the address contains `#form`, or `&form` after the document. */
export function createFormStore(): FormStore {
  const store: FormStore = createStore(() => ({ isOpen: false }));
  const look = () => {
    if (new URLSearchParams(location.hash.replace(/^#/, '')).has('form')) store.setState({ isOpen: true });
  };
  addEventListener('hashchange', look);
  look();
  return store;
}

/** Applies the theme of the user, or else of the system, to the page, and stores preferences. */
export function applyTheme(ui: UiStore): void {
  const prefersLight = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    const shownTheme = themeOf(ui, prefersLight.matches);
    document.documentElement.dataset['theme'] = shownTheme;
    ui.setState({ shownTheme });
  };
  prefersLight.addEventListener('change', apply);
  ui.subscribe((state, before) => {
    if (state.theme !== before.theme) apply();
    if (PREFERENCES.some((name) => state[name] !== before[name])) writePreferences(state);
  });
  apply();
}

function themeOf(ui: UiStore, prefersLight: boolean): 'light' | 'dark' {
  const { theme } = ui.getState();
  if (theme !== 'system') return theme;
  return prefersLight ? 'light' : 'dark';
}
