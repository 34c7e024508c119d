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
  'DEFAULT_LIMITS.changes': 'requests of one client that change something',
  'DEFAULT_LIMITS.reads': 'requests of one client that read',
  'DEFAULT_LIMITS.queue': 'runs that wait in the queue',
  'DEFAULT_LIMITS.eventClients': 'clients of `/api/events`',
  MAX_CLIENT_MESSAGE_BYTES: 'one message of a client of a socket',
  MAX_COMFY_MESSAGE_BYTES: 'one message of a client of a socket',
  MAX_WATCHED_RUNS: 'runs whose previews one client names',
  MAX_COMFY_SOCKETS: "sockets of ComfyUI's clients (`/ws`)",
  COMFY_PREVIEWS_STOP_BYTES: 'what one of these sockets leaves unread',
  MAX_COMFY_BACKLOG_BYTES: 'what one of these sockets leaves unread',
  MAX_COMFY_BACKLOGS_BYTES: 'what one of these sockets leaves unread',
  MAX_WAITING_IMAGES: 'images that wait to be decoded, uploads and thumbnails',
  IMAGE_TASK_MS: 'one image, from when its decoding begins',
  MAX_WAITING_IMPORTS: 'ComfyUI workflows that wait to be imported or exported',
  IMPORT_TASK_MS: 'one import or export, from when it begins',
  MAX_IMPORT_CHARACTERS: 'characters of a ComfyUI workflow that is to be imported',
  MAX_PNGINFO_CHARACTERS: 'what a ComfyUI prompt wants kept in its images (`extra_pnginfo`)',
  MAX_USER_FILES: "files that ComfyUI's page keeps here",
  MAX_USER_FILES_BYTES: "files that ComfyUI's page keeps here",
  MAX_PAGE_SETTINGS_BYTES: "settings of ComfyUI's page",
  MAX_USER_PATH_CHARACTERS: 'characters of the path of such a file',
  MAX_LISTED_IMAGES: 'images that `/internal/files/input` lists',
  MAX_OFFERED_IMAGES: 'images that `/object_info` offers',
  MAX_HISTORY_CHARACTERS: 'prompts in one answer of `/history` or `/queue`',
  MAX_HISTORY_ENTRIES: 'prompts in one answer of `/history` or `/queue`',
  MAX_TITLE_LENGTH: 'title of a run or a saved workflow in lists and events',
  MAX_LABEL_LENGTH: 'characters of a label that users give',
  MAX_LISTED_OUTPUTS_OF_RUN: 'outputs in a list of runs',
  MAX_LISTED_OUTPUTS: 'outputs in a list of runs',
  MAX_RUN_WARNINGS: 'warnings that are kept of one run',
  MAX_CHANGED_OUTPUTS: 'outputs that one request stars, deletes or restores',
  MAX_TARGETS: 'nodes that one request asks to be run',
  MAX_LISTED: 'entries in one answer of a list',
  MAX_PAGE: 'entries in one answer of a list',
  MAX_WAIT_S: 'how long a request waits for the end of its run (`?wait=`)',
  MAX_WEBHOOK_CHARACTERS: 'characters of an address that is told of the end of a run',
  MAX_WEBHOOK_ANSWER_BYTES: 'what such an address answers',
  WEBHOOK_TIMEOUT_MS: 'one attempt to tell it',
  MAX_MCP_TOOLS: 'saved workflows that `unclip mcp` offers as tools',
  MAX_MCP_IMAGES: 'images in one of its answers',
  MAX_GRANTS: 'share links that can be used at one time',
  MAX_GRANT_DAYS: 'how long a share link is valid',
  MAX_GRANT_UPLOAD_MB: 'one image that is uploaded through a share link',
  // Workflows
  MAX_WORKFLOW_BYTES: 'a workflow file',
  MAX_JSON_DEPTH: 'a workflow file',
  MAX_WORKFLOW_SOURCE_BYTES: 'a file that the command line reads a workflow from, which may be an image',
  'DEFAULT_LIMITS.nodes': 'nodes of a workflow that is sent to the server',
  MAX_EXPANDED_NODES: 'nodes that subgraphs and sweeps make of it',
  MAX_EXPANDED_LINKS: 'links into subgraphs, over all uses',
  MAX_EXPANDED_CHARACTERS: 'characters of all node ids, once subgraphs are written out',
  MAX_VALUES: 'values of one list or range',
  MAX_VALUE_LENGTH: 'values of one list or range',
  MAX_VARIANTS: 'runs that one command makes of its settings',
  MAX_PROBLEMS: 'problems that are reported one by one',
  MAX_SUGGESTIONS: 'problems for which similar names are suggested',
  MAX_SHOWN_NAME: 'characters of a name out of a file, in a message',
  // Files of ComfyUI
  MAX_COMFY_NODES: 'nodes, once subgraphs and group nodes are taken apart',
  MAX_COMFY_LINKS: 'links, once they are taken apart',
  MAX_COMFY_GROUPS: 'groups',
  MAX_COMFY_STEPS: 'links that are followed in all',
  MAX_IMPORTED_CHARACTERS: 'characters of the workflow that it becomes',
  MAX_FOREIGN_JSON_DEPTH: 'JSON of other programs',
  MAX_FOREIGN_DIGITS: 'JSON of other programs',
  // Images and prompts
  MAX_IMAGE_PIXELS: 'an image that is read',
  MAX_IMAGE_SIDE_PX: 'an image that is read',
  MAX_SIDE_PX: 'an image that a node makes',
  MAX_MEGAPIXELS: 'an image that a node makes',
  MAX_ANIMATION_PIXELS: 'all frames of an animation',
  'THUMBNAIL_SIDES_PX.min': 'longer side of a thumbnail',
  'THUMBNAIL_SIDES_PX.max': 'longer side of a thumbnail',
  MAX_IMAGE_TEXT_BYTES: 'texts inside an image, unpacked',
  MAX_IMAGE_TEXTS_BYTES: 'texts inside an image, unpacked',
  MAX_PROMPT_TOKENS: 'tokens of a prompt',
  MAX_SPECIAL_TOKEN_CHARACTERS: 'characters of all special tokens of a tokenizer',
  MAX_CHOICE_DRAWS: 'choices (`{a|b}`, `__list__`) that a prompt draws',
  MAX_CHOICE_DEPTH: 'choices (`{a|b}`, `__list__`) that a prompt draws',
  MAX_DRAWN_CHARACTERS: 'characters of a prompt once they are drawn',
  MAX_WILDCARD_CHARACTERS: 'characters of the name of a list of words',
  MAX_SCHEDULED_TEXTS: 'texts that a prompt with a schedule goes through',
  MAX_SCHEDULE_DEPTH: 'texts that a prompt with a schedule goes through',
  // Patterns, links, models
  MAX_FILES_LOOKED_AT: 'files and folders that a pattern such as `photos/**/*.png` looks at',
  MAX_REDIRECTS: 'addresses that a request made for a user is sent on to',
  MAX_HUB_FILES: 'files that a model hub lists of one repository',
  MAX_HUB_PAGES: 'files that a model hub lists of one repository',
  MAX_HUB_LIST_BYTES: 'one of these pages, and what the hub says beside them',
  MAX_REPOSITORY_INFO_BYTES: 'one of these pages, and what the hub says beside them',
  MAX_REPOSITORY_PATH: 'characters of the path of a file in a repository',
  MAX_LICENSE_TEXT_BYTES: 'the text of a licence, or a model card, in the folder of a model',
  MAX_LICENSE_LENGTH: 'characters of the name of a licence',
  MAX_MODEL_DOWNLOADS: 'downloads of models that are listed',
  MAX_MODEL_PREVIEW_BYTES: 'a preview image of a model, and words beside it',
  MAX_MODEL_NOTES_BYTES: 'a preview image of a model, and words beside it',
  MAX_TRIGGER_WORDS: 'trigger words of a model',
  MAX_TRIGGER_WORD_LENGTH: 'trigger words of a model',
  INSPECT_TASK_MS: 'reading all weights of a model to say whether it is sound',
  MAX_WAITING_INSPECTIONS: 'reading all weights of a model to say whether it is sound',
  MODEL_TRASH_DAYS: 'how long a deleted model can be brought back',
  MAX_LINK_LENGTH: 'characters of a share link that the editor makes',
  MAX_PACKED_LENGTH: 'characters of a packed workflow that it opens',
  MAX_UNPACKED_BYTES: 'bytes that such a link unpacks to',
  MAX_REMOTE_FILE_BYTES: 'a file that the server fetches from an address for the editor',
  REMOTE_FILE_MS: 'a file that the server fetches from an address for the editor',
  MAX_ARCHIVE_FILES: 'files in an archive of a workflow with its images',
  MAX_ARCHIVE_BYTES: 'bytes that such an archive unpacks to',
  // Plug-ins
  MAX_PLUGIN_MEMORY_BYTES: 'memory of one plug-in',
  MAX_PLUGIN_CALL_MS: 'one call of a node of a plug-in, without waiting for models and the network',
  MAX_PLUGIN_FILE_BYTES: 'a file that a plug-in reads or writes, or a model that it runs',
  MAX_PLUGIN_ANSWER_BYTES: 'an answer that a plug-in gets from the network',
  MAX_PLUGIN_FETCH_MS: 'an answer that a plug-in gets from the network',
  MAX_PLUGIN_TEXT_CHARACTERS: 'what a plug-in hands over at once',
  MAX_PLUGIN_ARRAYS: 'what a plug-in hands over at once',
  MAX_PLUGIN_LOG_LINES: 'what a plug-in prints in one call',
  MAX_PLUGIN_MESSAGE_CHARACTERS: 'what a plug-in prints in one call',
  MAX_PLUGIN_REQUESTS: 'what a plug-in asks of the program at one time',
  MAX_PLUGIN_REQUEST_BYTES: 'what a plug-in asks of the program at one time',
  MAX_PLUGIN_REQUESTS_A_CALL: 'what a plug-in asks of the program at one time',
  MAX_PLUGIN_DESCRIPTION_CHARACTERS: 'what a plug-in says that it has',
  MAX_MANIFEST_BYTES: 'what a plug-in says that it has',
  MAX_PACKUMENT_BYTES: 'what a registry says of a package, with all its versions',
  MAX_REGISTRY_MS: 'what a registry says of a package, with all its versions',
  MAX_PACKAGE_FILES: 'a package that is added as a plug-in',
  MAX_PACKAGE_BYTES: 'a package that is added as a plug-in',
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

test('the limits on input stand in limits.ts of each package, and nowhere else', () => {
  const declared = sourceFiles().flatMap((path) => {
    const code = readFileSync(join(REPOSITORY, path), 'utf8');
    const names = [...code.matchAll(/const (MAX_\w*?(?:BYTES|CHARACTERS|PIXELS|DIGITS|OPERATIONS|REDIRECTS))\b/g)];
    return path.endsWith('src/limits.ts') ? [] : names.map(([, name]) => `${path}: ${name}`);
  });

  expect(declared).toEqual([
    // Bytes that are held in memory or wait to be sent on, whatever comes in; names of files that are made; the format itself.
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

/** As a number of its own, and not as digits of a longer one. */
function holds(cell: string, spelling: string): boolean {
  return new RegExp(`(?<![\\d.,])${spelling}(?![\\d]|[.,]\\d)`).test(cell);
}

function sourceFiles(): readonly string[] {
  return readdirSync(join(REPOSITORY, 'packages'), { recursive: true, encoding: 'utf8' })
    .map((path) => `packages/${path.replaceAll('\\', '/')}`)
    .filter((path) => /^packages\/[\w-]+\/src\/.*\.tsx?$/.test(path))
    .sort();
}
