import { outlineExtension } from '../a11y/outline-extension.js';
import { layoutExtension } from '../canvas/keep-in-view.js';
import { filesExtension } from '../files/files-extension.js';
import { galleryExtension } from '../gallery/gallery-extension.js';
import { guideExtension } from '../guide/guide-extension.js';
import { mixingExtension } from '../mixing/mixing-extension.js';
import { modelsExtension } from '../models/models-extension.js';
import { paintingExtension } from '../painting/painting-extension.js';
import { runningExtension } from '../running/running-extension.js';
import type { EditorExtension } from '../session/session.js';
import { structureExtension } from '../structure/structure-extension.js';

/** What the application consists of besides the canvas. Add a part here, and nowhere else. */
export const extensions: readonly EditorExtension[] = [
  runningExtension,
  filesExtension,
  galleryExtension,
  modelsExtension,
  outlineExtension,
  structureExtension,
  mixingExtension,
  paintingExtension,
  layoutExtension,
  guideExtension,
];
