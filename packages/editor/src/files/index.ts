export { askedForIn, hashFor } from '../session/files/page-address.js';
export { packWorkflow, unpackWorkflow } from '../session/files/share-link.js';
export { readForeignText, readOwnTexts } from './image-texts.js';
