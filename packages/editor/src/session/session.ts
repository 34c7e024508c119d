import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import { type ComponentType, createContext, useContext } from 'react';
import type { FormStore, UiStore } from '../view/ui-state.js';
import type { SessionCore } from './core.js';
import type { Files } from './files/files.js';
import type { Gallery } from './gallery/gallery.js';
import type { Models } from './models.js';
import type { Painter } from './painter.js';
import type { PanelDefinition, PanelStore } from './panel-state.js';
import type { Running } from './running/running.js';

/** Everything that one open editor consists of; built once, in `app/open-session.ts`. Components get it by `useSession`. */
export interface EditorSession extends SessionCore {
  readonly extensions: readonly EditorExtension[];
  readonly panels: PanelStore;
  /** Everything the user can do by a key or from the palette, with the keys of now; menus and the help sheet show the same list. */
  readonly actions: readonly EditorAction[];
  readonly files: Files;
  readonly form: FormStore;
  /** `undefined` without a server, as are the painter, the gallery and the models. */
  readonly running: Running | undefined;
  readonly painter: Painter | undefined;
  readonly gallery: Gallery | undefined;
  readonly models: Models | undefined;
}

/**
 * A part of the application built on the editor: running, files, results, outline. Everything it may need is in the
 * session, which its components get with `useSession`. Parts do not import each other.
 */
export interface EditorExtension {
  readonly id: string;
  /** Called once, after the session is built and before the page is rendered. */
  readonly start?: (session: EditorSession) => void;
  /** Shown in the center of the toolbar, such as the Run button. */
  readonly Toolbar?: ComponentType;
  /** Shown at the left of the toolbar, next to the title, such as open and save. */
  readonly FileBar?: ComponentType;
  /** Shown in the status bar. */
  readonly Status?: ComponentType;
  /** Covers everything: dialogs, bars, drop targets. Renders nothing while it is not needed. */
  readonly Overlay?: ComponentType;
  /** Shown on cards whose node declares what it mixes. */
  readonly CardPad?: ComponentType<CardPadProps>;
  readonly panels?: readonly PanelDefinition[];
  /** Fetches, soon after the first view, what must be there when it is needed. */
  readonly preload?: () => void;
  /** Commands for the palette, the keys and the help sheet. */
  readonly actions?: readonly EditorAction[];
}

export interface CardPadProps {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly definition: NodeDefinition;
  readonly height: number;
}

/** In the order in which they are listed. */
export const ACTION_GROUPS = ['run', 'files', 'edit', 'nodes', 'arrange', 'view', 'app'] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

/** Something the user can do by a key, from the command palette or from a button. */
export interface EditorAction {
  readonly id: string;
  /** In the page's language, as are the titles of panels. */
  readonly label: () => string;
  readonly group: ActionGroup;
  /** Further words by which the command palette finds the action, in lower case. */
  readonly keywords?: readonly string[];
  /** Keys such as `Mod+Shift+Z`, `F2`, `?`; `Mod` is Ctrl, on a Mac Command. The first one is shown. Users may choose others. */
  readonly keys?: readonly string[];
  /** The browser's own event does it (copy, paste): the key is only shown. */
  readonly isNative?: boolean;
  /** Also while the caret is in a text field; `document`: only if the field shows what the document holds. */
  readonly worksInFields?: true | 'document';
  /** Again and again while the key is held down. */
  readonly repeats?: true;
  readonly isEnabled?: (session: EditorSession) => boolean;
  readonly run: (session: EditorSession) => void;
}

export const SessionContext = createContext<EditorSession | undefined>(undefined);

/** Of the editor, or of a page that has its fields and nothing else of it. */
export const UiContext = createContext<UiStore | undefined>(undefined);

export function useUiStore(): UiStore {
  const ui = useContext(UiContext);
  if (ui === undefined) throw new Error('Internal error: a field is outside of a page that provides UiContext');
  return ui;
}

export function useSession(): EditorSession {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('Internal error: a component of the editor stands outside of it');
  return session;
}

export function useRunning(): Running | undefined {
  return useSession().running;
}

export function useFiles(): Files {
  return useSession().files;
}

/** Inside of the gallery, which is there only with a server. */
export function useGallery(): Gallery {
  const { gallery } = useSession();
  if (gallery === undefined) throw new Error('Internal error: the gallery is shown without a server');
  return gallery;
}
