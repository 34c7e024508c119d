import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DEFAULT_LIMITS } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** In which row of docs/OPERATIONS.md each limit stands. */
const ROWS: Readonly<Record<string, string>> = {
  // Requests
  MAX_REQUEST_BYTES: 'body of a request',
  MAX_COMFY_BODY_BYTES: 'body of a request',
  'DEFAULT_LIMITS.bodyBytes': 'body of a request',
  'DEFAULT_LIMITS.changes': 'write requests of one client',
  'DEFAULT_LIMITS.reads': 'read requests of one client',
  'DEFAULT_LIMITS.queue': 'queued runs',
  'DEFAULT_LIMITS.eventClients': 'clients of `/api/events`',
  MAX_CLIENT_MESSAGE_BYTES: 'one message of a client of a socket',
  MAX_COMFY_MESSAGE_BYTES: 'one message of a client of a socket',
  MAX_WATCHED_RUNS: 'runs whose previews one client requests',
  MAX_COMFY_SOCKETS: "sockets of ComfyUI's clients (`/ws`)",
  COMFY_PREVIEWS_STOP_BYTES: 'unread bytes of one of these sockets',
  MAX_COMFY_BACKLOG_BYTES: 'unread bytes of one of these sockets',
  MAX_COMFY_BACKLOGS_BYTES: 'unread bytes of one of these sockets',
  MAX_WAITING_IMAGES: 'images waiting to be decoded, uploads and thumbnails',
  IMAGE_TASK_MS: 'decoding one image',
  MAX_WAITING_IMPORTS: 'ComfyUI workflows waiting to be imported or exported',
  IMPORT_TASK_MS: 'one import or export',
  MAX_IMPORT_CHARACTERS: 'characters of a ComfyUI workflow to import',
  MAX_PNGINFO_CHARACTERS: 'metadata of a ComfyUI prompt for its images (`extra_pnginfo`)',
  MAX_USER_FILES: "files that ComfyUI's page stores",
  MAX_USER_FILES_BYTES: "files that ComfyUI's page stores",
  MAX_PAGE_SETTINGS_BYTES: "settings of ComfyUI's page",
  MAX_USER_PATH_CHARACTERS: 'characters of the path of such a file',
  MAX_LISTED_IMAGES: 'images that `/internal/files/input` lists',
  MAX_OFFERED_IMAGES: 'images that `/object_info` offers',
  MAX_HISTORY_CHARACTERS: 'prompts in one answer of `/history` or `/queue`',
  MAX_HISTORY_ENTRIES: 'prompts in one answer of `/history` or `/queue`',
  MAX_TITLE_LENGTH: 'title of a run or a saved workflow in lists and events',
  MAX_LABEL_LENGTH: 'characters of a label',
  MAX_LISTED_OUTPUTS_OF_RUN: 'outputs in a list of runs',
  MAX_LISTED_OUTPUTS: 'outputs in a list of runs',
  MAX_RUN_WARNINGS: 'stored warnings of one run',
  MAX_CHANGED_OUTPUTS: 'outputs that one request stars, deletes or restores',
  MAX_TARGETS: 'target nodes of one request',
  MAX_LISTED: 'entries per page of a list',
  MAX_PAGE: 'entries per page of a list',
  MAX_WAIT_S: 'how long a request waits for the end of its run (`?wait=`)',
  MAX_WEBHOOK_CHARACTERS: 'characters of the address of a webhook',
  MAX_WEBHOOK_ANSWER_BYTES: 'answer to a webhook',
  WEBHOOK_TIMEOUT_MS: 'one attempt to send a webhook',
  MAX_MCP_TOOLS: 'saved workflows that `unclip mcp` offers as tools',
  MAX_MCP_IMAGES: 'images in one answer of such a tool',
  MAX_GRANTS: 'active share links',
  MAX_GRANT_DAYS: 'how long a share link is valid',
  MAX_GRANT_UPLOAD_MB: 'one image uploaded through a share link',
  // Workflows
  MAX_WORKFLOW_BYTES: 'a workflow file',
  MAX_JSON_DEPTH: 'a workflow file',
  MAX_WORKFLOW_SOURCE_BYTES: 'a workflow file on the command line, which may be an image',
  'DEFAULT_LIMITS.nodes': 'nodes of a workflow sent to the server',
  MAX_EXPANDED_NODES: 'nodes after expanding subgraphs and sweeps',
  MAX_EXPANDED_LINKS: 'links into subgraphs, over all uses',
  MAX_EXPANDED_CHARACTERS: 'characters of all node ids after expanding subgraphs',
  MAX_VALUES: 'values of one list or range',
  MAX_VALUE_LENGTH: 'values of one list or range',
  MAX_VARIANTS: 'runs that one command starts',
  MAX_PROBLEMS: 'problems listed individually',
  MAX_SUGGESTIONS: 'problems for which similar names are suggested',
  MAX_SHOWN_NAME: 'characters of a name from a file in a message',
  // Files of ComfyUI
  MAX_COMFY_NODES: 'nodes after expanding subgraphs and group nodes',
  MAX_COMFY_LINKS: 'links after expanding them',
  MAX_COMFY_GROUPS: 'groups',
  MAX_COMFY_STEPS: 'links that are followed in all',
  MAX_IMPORTED_CHARACTERS: 'characters of the imported workflow',
  MAX_FOREIGN_JSON_DEPTH: 'JSON of other programs',
  MAX_FOREIGN_DIGITS: 'JSON of other programs',
  // Images and prompts
  MAX_IMAGE_PIXELS: 'an image that is loaded',
  MAX_IMAGE_SIDE_PX: 'an image that is loaded',
  MAX_SIDE_PX: 'an image that a node outputs',
  MAX_MEGAPIXELS: 'an image that a node outputs',
  MAX_ANIMATION_PIXELS: 'all frames of an animation',
  'THUMBNAIL_SIDES_PX.min': 'longer side of a thumbnail',
  'THUMBNAIL_SIDES_PX.max': 'longer side of a thumbnail',
  MAX_IMAGE_TEXT_BYTES: 'texts inside an image, decompressed',
  MAX_IMAGE_TEXTS_BYTES: 'texts inside an image, decompressed',
  MAX_PROMPT_TOKENS: 'tokens of a prompt',
  MAX_SPECIAL_TOKEN_CHARACTERS: 'characters of all special tokens of a tokenizer',
  MAX_CHOICE_DRAWS: 'random choices (`{a|b}`, `__list__`) in a prompt',
  MAX_CHOICE_DEPTH: 'random choices (`{a|b}`, `__list__`) in a prompt',
  MAX_DRAWN_CHARACTERS: 'characters of a prompt after these choices',
  MAX_WILDCARD_CHARACTERS: 'characters of the name of a wildcard list',
  MAX_SCHEDULED_TEXTS: 'different texts of a prompt schedule',
  MAX_SCHEDULE_DEPTH: 'different texts of a prompt schedule',
  // Patterns, links, models
  MAX_FILES_LOOKED_AT: 'files and folders that a pattern such as `photos/**/*.png` looks at',
  MAX_REDIRECTS: 'redirects of a request made for a user',
  MAX_HUB_FILES: 'files of one repository in a model hub',
  MAX_HUB_PAGES: 'files of one repository in a model hub',
  MAX_HUB_LIST_BYTES: 'one of these pages, and other answers of the hub',
  MAX_REPOSITORY_INFO_BYTES: 'one of these pages, and other answers of the hub',
  MAX_REPOSITORY_PATH: 'characters of the path of a file in a repository',
  MAX_LICENSE_TEXT_BYTES: 'the text of a licence, or a model card, in the folder of a model',
  MAX_LICENSE_LENGTH: 'characters of the name of a licence',
  MAX_MODEL_DOWNLOADS: 'downloads of models that are listed',
  MAX_MODEL_PREVIEW_BYTES: 'a preview image of a model, and text files next to it',
  MAX_MODEL_NOTES_BYTES: 'a preview image of a model, and text files next to it',
  MAX_TRIGGER_WORDS: 'trigger words of a model',
  MAX_TRIGGER_WORD_LENGTH: 'trigger words of a model',
  INSPECT_TASK_MS: 'reading all weights of a model to verify it',
  MAX_WAITING_INSPECTIONS: 'reading all weights of a model to verify it',
  MODEL_TRASH_DAYS: 'how long a deleted model can be brought back',
  MAX_LINK_LENGTH: 'characters of a share link that the editor makes',
  MAX_PACKED_LENGTH: 'characters of a packed workflow that it opens',
  MAX_UNPACKED_BYTES: 'bytes of such a link after decompression',
  MAX_REMOTE_FILE_BYTES: 'a file that the server downloads from an address for the editor',
  REMOTE_FILE_MS: 'a file that the server downloads from an address for the editor',
  MAX_ARCHIVE_FILES: 'files in an archive of a workflow with its images',
  MAX_ARCHIVE_BYTES: 'bytes of such an archive after decompression',
  // Plug-ins
  MAX_PLUGIN_MEMORY_BYTES: 'memory of one plug-in',
  MAX_PLUGIN_CALL_MS: "one call of a plug-in's node, not counting waits for models and the network",
  MAX_PLUGIN_FILE_BYTES: 'a file that a plug-in reads or writes, or a model that it runs',
  MAX_PLUGIN_ANSWER_BYTES: 'a network response for a plug-in',
  MAX_PLUGIN_FETCH_MS: 'a network response for a plug-in',
  MAX_PLUGIN_TEXT_CHARACTERS: 'values that a plug-in passes at once',
  MAX_PLUGIN_ARRAYS: 'values that a plug-in passes at once',
  MAX_PLUGIN_LOG_LINES: 'console output of one call of a plug-in',
  MAX_PLUGIN_MESSAGE_CHARACTERS: 'console output of one call of a plug-in',
  MAX_PLUGIN_REQUESTS: 'concurrent requests of a plug-in to the program',
  MAX_PLUGIN_REQUEST_BYTES: 'concurrent requests of a plug-in to the program',
  MAX_PLUGIN_REQUESTS_A_CALL: 'concurrent requests of a plug-in to the program',
  MAX_PLUGIN_DESCRIPTION_CHARACTERS: 'the description of a plug-in',
  MAX_MANIFEST_BYTES: 'the description of a plug-in',
  MAX_PACKUMENT_BYTES: 'metadata of a package in a registry, with all its versions',
  MAX_REGISTRY_MS: 'metadata of a package in a registry, with all its versions',
  MAX_PACKAGE_FILES: 'the package of a plug-in',
  MAX_PACKAGE_BYTES: 'the package of a plug-in',
  // Weights
  MAX_CHECKPOINT_TEXT_BYTES: 'a config or another text of a checkpoint',
  MAX_SAFETENSORS_HEADER_BYTES: 'bytes of the header of a safetensors file',
  MAX_IMAGE_EMBEDS_BYTES: 'a file of image embeddings',
  MAX_NPY_HEADER_BYTES: 'bytes before the numbers of a `.npy` file',
  MAX_PICKLE_BYTES: 'bytes of the pickle itself, without the tensors',
  MAX_PICKLE_OPERATIONS: 'operations of a pickle',
  MAX_PICKLE_LINE_BYTES: 'bytes of an argument that is a line',
  MAX_COPIED_VALUES: 'values that it copies',
  MAX_INTEGER_DIGITS: 'digits of a whole number',
  MAX_INTEGER_BYTES: 'digits of a whole number',
  MAX_TENSOR_AXES: 'axes of a tensor',
  MAX_ARCHIVE_ENTRIES: 'files in the archive',
  MAX_ARCHIVE_DIRECTORY_BYTES: 'files in the archive',
  MAX_GATHERED_BYTES: 'bytes of a tensor that does not lie in one piece',
};

/** What limits no input: how something is done, or kept in memory. */
const NO_LIMITS = [
  'DEFAULT_LIMITS.imagePixels',
  'DEFAULT_LIMITS.uploadBytes',
  'MAX_KNOWN_PROMPTS',
  'RETRY_AFTER_SECONDS',
  'SMALL_IMPORT_CHARACTERS',
  'THUMBNAIL_SIDES_PX.usual',
];

test('docs/OPERATIONS.md lists every limit with its value', async () => {
  const page = readFileSync(join(REPOSITORY, 'docs/OPERATIONS.md'), 'utf8');
  const section = page.slice(page.indexOf('\n## Limits'), page.indexOf('\n## ', page.indexOf('\n## Limits') + 1));
  const rows = new Map(
    [...section.matchAll(/^\| ([^|].*?) \| (.*?) \|/gm)].map(([, label = '', value = '']) => [
      label.replaceAll('\\|', '|'),
      value,
    ]),
  );
  const limits = [...(await limitsOfPackages()), ...numbersOf('DEFAULT_LIMITS', DEFAULT_LIMITS)];

  const wrong = limits.flatMap(([name, value]) => {
    if (NO_LIMITS.includes(name)) return [];
    const row = ROWS[name];
    const cell = rows.get(row ?? '');
    const isTold = cell !== undefined && spellings(name, value).some((one) => holds(cell, one));
    return isTold ? [] : [`${name} = ${value}: ${row ?? 'in no row'}: ${cell ?? 'no such row'}`];
  });

  expect(wrong).toEqual([]);
  expect(limits.map(([name]) => name).sort()).toEqual([...Object.keys(ROWS), ...NO_LIMITS].sort());
});

test('the limits on input are in limits.ts of each package, and nowhere else', () => {
  const declared = sourceFiles().flatMap((path) => {
    const code = readFileSync(join(REPOSITORY, path), 'utf8');
    const names = [...code.matchAll(/const (MAX_\w*?(?:BYTES|CHARACTERS|PIXELS|DIGITS|OPERATIONS|REDIRECTS))\b/g)];
    return path.endsWith('src/limits.ts') ? [] : names.map(([, name]) => `${path}: ${name}`);
  });

  expect(declared).toEqual([
    // Bytes that are held in memory or wait to be sent, regardless of input; names of files that are created; the
    // format itself.
    'packages/graph-core/src/document/png-text.ts: MAX_KEYWORD_BYTES',
    'packages/nodes-unclip/src/weights/pickle/zip-directory.ts: MAX_COMMENT_BYTES',
    'packages/server/src/services/image-store.ts: MAX_HELD_BYTES',
    'packages/server/src/services/results/shared-results.ts: MAX_WAITING_BYTES',
    'packages/server/src/services/safe-file-name.ts: MAX_NAME_BYTES',
  ]);
});

async function limitsOfPackages(): Promise<readonly (readonly [string, number])[]> {
  const files = sourceFiles().filter((path) => path.endsWith('/src/limits.ts'));
  expect(files.map((path) => path.split('/')[1])).toEqual(
    expect.arrayContaining(['comfyui', 'editor', 'graph-core', 'nodes-unclip', 'protocol', 'server']),
  );
  const modules = files.map(async (path) => {
    const module = (await import(pathToFileURL(join(REPOSITORY, path)).href)) as Readonly<Record<string, unknown>>;
    return Object.entries(module).flatMap(([name, value]) => numbersOf(name, value));
  });
  return (await Promise.all(modules)).flat();
}

function numbersOf(name: string, value: unknown): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[name, value]];
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersOf(`${name}.${key}`, inner));
}

function spellings(name: string, value: number): readonly string[] {
  const count = value.toLocaleString('en-US');
  const [mebi, kibi] = [value / 2 ** 20, value / 2 ** 10];
  return [
    count,
    ...(Number.isInteger(mebi) ? [`${mebi} MiB`, `${mebi} Mi characters`, `${mebi} Mi`] : []),
    ...(Number.isInteger(kibi) ? [`${kibi} KiB`] : []),
    ...(name.endsWith('_MS') ? [`${value / 1000} s`, `${value / 60_000} min`] : []),
    ...(name.endsWith('_PIXELS') ? [`${value / 1e6} megapixels`] : []),
  ];
}

/** As a separate number, and not as digits of a longer one. */
function holds(cell: string, spelling: string): boolean {
  return new RegExp(`(?<![\\d.,])${spelling}(?![\\d]|[.,]\\d)`).test(cell);
}

function sourceFiles(): readonly string[] {
  return readdirSync(join(REPOSITORY, 'packages'), { recursive: true, encoding: 'utf8' })
    .map((path) => `packages/${path.replaceAll('\\', '/')}`)
    .filter((path) => /^packages\/[\w-]+\/src\/.*\.tsx?$/.test(path))
    .sort();
}
