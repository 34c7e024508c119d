export { readForeignText, readOwnTexts } from './image-texts.js';
export { askedForIn, hashFor } from './page-address.js';
export { packWorkflow, unpackWorkflow } from './share-link.js';
