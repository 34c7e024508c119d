import { ForeignJsonError, parseForeignJson } from '@unclip-studio/graph-core';
import { formatExactJson } from '../exact-json.js';
import { MAX_LISTED_IMAGES, MAX_PAGE_SETTINGS_BYTES } from '../limits.js';
import { ComfyRequestError } from '../request-error.js';
import { FORMER_CLASSES } from '../rules/index.js';
import { anyJsonOf, type ComfyRoutes, jsonOf } from './comfy-routes.js';
import type { ComfyHost } from './host.js';
import { addUserFileRoutes, requireRoom } from './user-files.js';

// As ComfyUI stores them.
const SETTINGS_FILE = 'comfy.settings.json';

/**
 * The requests of ComfyUI's page to its server other than prompts: users, settings and files, and additions of
 * packages.
 */
export function addPageRoutes(routes: ComfyRoutes, { userFiles, files, modelFolders }: ComfyHost): void {
  const { get, post } = routes;
  // One user, as on a server of ComfyUI without --multi-user.
  get('/users', () => ({ storage: 'server', migrated: true }));
  post('/users', (_request, response) => {
    response.status(400);
    return { error: 'This server has one user.' };
  });

  const readSettings = () => parseSettings(userFiles.read(SETTINGS_FILE));
  const change = (added: Readonly<Record<string, unknown>>) => {
    const text = formatExactJson({ ...readSettings(), ...added });
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_PAGE_SETTINGS_BYTES) {
      throw new ComfyRequestError(
        'too-large',
        `The settings of ComfyUI's page may take ${MAX_PAGE_SETTINGS_BYTES / 2 ** 20} MiB, and would take ${(bytes / 2 ** 20).toFixed(1)}. Send less.`,
      );
    }
    requireRoom(userFiles, SETTINGS_FILE, bytes);
    userFiles.write(SETTINGS_FILE, Buffer.from(text));
  };
  get('/settings', readSettings);
  get('/settings/:id', ({ params }) => {
    const settings = readSettings();
    const id = String(params['id']);
    return Object.hasOwn(settings, id) ? settings[id] : null;
  });
  post('/settings', (request) => change(jsonOf(request)));
  post('/settings/:id', (request) => {
    const value = anyJsonOf(request);
    if (value === undefined) throw new ComfyRequestError('bad-request', 'Expected the value of the setting as JSON.');
    change(Object.fromEntries([[String(request.params['id']), value]]));
  });
  addUserFileRoutes(routes, userFiles);

  // What packages of nodes add, of which there are none.
  for (const path of ['/i18n', '/global_subgraphs', '/workflow_templates']) get(path, () => ({}));
  get('/node_replacements', nodeReplacements);
  get('/global_subgraphs/:id', () => {
    throw new ComfyRequestError('not-found', 'Subgraph not found.');
  });
  for (const path of ['/folder_paths', '/internal/folder_paths']) get(path, modelFolders);
  get('/internal/files/:type', ({ params }) => (params['type'] === 'input' ? files.imagePaths(MAX_LISTED_IMAGES) : []));
}

/** What the page may put in place of classes that have another name now. */
function nodeReplacements() {
  return Object.fromEntries(
    Object.entries(FORMER_CLASSES).map(([name, { now, inputs }]) => {
      // Without a list the page takes what has the same name.
      const mapping = inputs && Object.entries(inputs).map(([then, is]) => ({ old_id: then, new_id: is }));
      const outputs = mapping && [{ old_idx: 0, new_idx: 0 }];
      return [
        name,
        [
          {
            ...{ old_node_id: name, new_node_id: now, old_widget_ids: inputs ? Object.keys(inputs) : null },
            ...{ input_mapping: mapping ?? null, output_mapping: outputs ?? null },
          },
        ],
      ];
    }),
  );
}

function parseSettings(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined) return {};
  try {
    const text = Buffer.from(bytes).toString('utf8');
    const value = parseForeignJson(text, { wholeNumbers: 'exact', nonFinite: 'null' });
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    // A client may store anything under this name, as a file.
    return {};
  }
}
