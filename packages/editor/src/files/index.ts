export { askedForIn, hashFor } from '../session/files/page-address.js';
export { packWorkflow, unpackWorkflow } from '../session/files/share-link.js';
export { rawAddress } from './fetch-file.js';
export { findTemplates } from './find-templates.js';
export { readForeignText, readOwnTexts } from './image-texts.js';
export { formPartsOf, publishForm } from './publish-form.js';
export { packWorkflowWithImages, readWorkflowZip, takeImages } from './workflow-zip.js';
