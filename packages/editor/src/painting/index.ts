export { encodeMask, maskFromPixels, maskSize } from './mask-png.js';
export {
  createMask,
  feather,
  fillAll,
  floodFill,
  invert,
  type MaskRaster,
  paintSegment,
  paintShape,
} from './mask-raster.js';
export { PaintHistory } from './paint-history.js';
export { brushRadius, fitted, pinched, toMask, zoomedAt } from './paint-view.js';
