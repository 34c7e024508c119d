export { findExamples } from './find-examples.js';
export { placeBeside } from './place-beside.js';
