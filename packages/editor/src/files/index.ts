export { readComfyPicture } from './comfy-file.js';
export { askedForIn, hashFor } from './page-address.js';
export { insertWorkflowText, readWorkflowText } from './png-workflow.js';
export { packWorkflow, unpackWorkflow } from './share-link.js';
export { readWebpWorkflow } from './webp-workflow.js';
