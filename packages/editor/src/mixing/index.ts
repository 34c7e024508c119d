export { LatestPreview } from './latest-preview.js';
export { anchorsFor, pointOf, sharesAt, within } from './mix-geometry.js';
export { previewWorkflow } from './preview-workflow.js';
