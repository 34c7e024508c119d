export { createHttpClient } from '../api/http-client.js';
export { createServerClient } from '../api/server-client.js';
export { bigDocument } from './big-graph.js';
export type { EditorHooks } from './editor-hooks.js';
export { startFakePreviews } from './fake-previews.js';
export { quiet } from './quiet.js';
