export { readEmbeddedWorkflow, WORKFLOW_KEYWORD } from './services/embedded-workflow.js';
export { decodeImage, encodePng, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX } from './services/image-codec.js';
export { ImageError } from './services/image-error.js';
export { createImageStore, type ImageStore } from './services/image-store.js';
export { OutputError } from './services/output-error.js';
export { createOutputStore, type OutputStoreOptions } from './services/output-store.js';
export { PngError } from './services/png-chunks.js';
export { insertPngText, readPngText } from './services/png-text.js';
export { toSafeFileName } from './services/safe-file-name.js';
