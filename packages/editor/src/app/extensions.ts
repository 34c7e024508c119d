import type { ComponentType } from 'react';
import { outlineExtension } from '../a11y/outline-extension.js';
import type { EditorAction } from '../actions/action.js';
import { filesExtension } from '../files/files-extension.js';
import { galleryExtension } from '../gallery/gallery-extension.js';
import { modelsExtension } from '../models/models-extension.js';
import { layoutExtension } from '../panels/keep-in-view.js';
import { runningExtension } from '../running/running-extension.js';
import { structureExtension } from '../structure/structure-extension.js';
import type { EditorSession } from './session.js';

/** A panel at one side of the canvas. Several at one side share it, with a tab each. */
export interface PanelDefinition {
  readonly id: string;
  readonly title: string;
  /** An icon of `lucide-react/icons/NAME`. */
  readonly Icon: ComponentType<{ readonly size?: number | string }>;
  /** Mounted while the panel is shown. Give a `lazyPart` if the first view does not need it. */
  readonly Content: ComponentType;
  readonly side: 'left' | 'right' | 'bottom';
  /** Shown before the user has opened or closed anything. */
  readonly isOpenAtFirst?: boolean;
}

/**
 * A part of the application that stands on the editor: running, files, results, outline. Everything it may need is in
 * the session, which its components get by `useSession`.
 */
export interface EditorExtension {
  readonly id: string;
  /** Called once, when the session stands and before the page is drawn: to connect events, to load, to subscribe. */
  readonly start?: (session: EditorSession) => void;
  /** Stands in the middle of the toolbar, such as the Run button. */
  readonly Toolbar?: ComponentType;
  /** Stands at the left of the toolbar, beside the title, such as open and save. */
  readonly FileBar?: ComponentType;
  /** Stands in the status bar. */
  readonly Status?: ComponentType;
  /** Lies over everything: dialogs, bars, drop targets. Draws nothing while it is not needed. */
  readonly Overlay?: ComponentType;
  readonly panels?: readonly PanelDefinition[];
  /** Fetches, soon after the first view, what must be there when it is needed. */
  readonly preload?: () => void;
  /** Commands for the palette, the keys and the help sheet. */
  readonly actions?: readonly EditorAction[];
}

/**
 * What the application consists of besides the canvas, started in this order: files hear of other tabs by the connection
 * that running opens. Add a part here, and nowhere else.
 */
export const extensions: readonly EditorExtension[] = [
  runningExtension,
  filesExtension,
  galleryExtension,
  modelsExtension,
  outlineExtension,
  structureExtension,
  layoutExtension,
];
