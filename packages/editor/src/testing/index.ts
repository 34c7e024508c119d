export { createServerClient } from '@unclip-studio/client';
export { errorWords } from '../api/error-words.js';
export { createHttpClient } from '../api/http-client.js';
export { followServer, queries } from '../api/queries.js';
export { createPicturePages } from '../session/gallery/picture-pages.js';
export { bigDocument } from './big-graph.js';
export type { EditorHooks } from './editor-hooks.js';
export { startFakePreviews } from './fake-previews.js';
export { quiet } from './quiet.js';
