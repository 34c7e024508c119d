export { createPreviewBus, type PreviewBus } from './bus.js';
export { cardsFor, type NodeRunState } from './run-groups.js';
export { createRunState, type RunStateStore } from './run-state.js';
export { staleNodes } from './stale-nodes.js';
