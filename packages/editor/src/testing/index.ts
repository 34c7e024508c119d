export { bigDocument } from './big-graph.js';
export { startFakePreviews } from './fake-previews.js';
export { quiet } from './quiet.js';
