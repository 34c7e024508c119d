export type * from './node-definition.js';
export { createDefineNode, toDefinition } from './node-definition.js';
export type * from './params.js';
export { MAX_SEED } from './params.js';
export type * from './run-events.js';
