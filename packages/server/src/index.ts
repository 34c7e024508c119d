export { decodeImage, encodePng, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX } from './services/image-codec.js';
export { ImageError } from './services/image-error.js';
export { PngError } from './services/png-chunks.js';
export { insertPngText, readPngText } from './services/png-text.js';
