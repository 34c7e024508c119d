// The parts of the canvas that are mere arithmetic; the rest needs a browser.

export { curvesBox, distanceToCurves, wireCurves } from '../catalog/wire-geometry.js';
export { fitInto, wrapWords } from './far-view.js';
export { type Guide, snapToGuides } from './snap-guides.js';
export { fitted, MAX_ZOOM, MIN_ZOOM, type Viewport, visibleBox, zoomedAround } from './viewport.js';
export { detailAt, Visibility } from './visibility.js';
export { WireIndex } from './wire-index.js';
