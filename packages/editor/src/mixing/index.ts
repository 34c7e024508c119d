export { mixPartsOf } from '../catalog/mix-parts.js';
export { LatestPreview } from './latest-preview.js';
export { anchorsFor, pointOf, sharesAt, within } from './mix-geometry.js';
export { previewWorkflow } from './preview-workflow.js';
