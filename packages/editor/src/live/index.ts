export { createPreviewBus, type PreviewBus } from './bus.js';
export { cardsFor } from './run-groups.js';
export { createRunState, type NodeRunState, type RunStateStore } from './run-state.js';
export { staleNodes } from './stale-nodes.js';
