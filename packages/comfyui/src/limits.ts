// The limits on files and clients of ComfyUI. docs/OPERATIONS.md lists them for people who run a server.

/** Nodes of a ComfyUI workflow after expanding its subgraphs and group nodes; pages with hundreds are already large. */
export const MAX_COMFY_NODES = 5_000;
/** Links of such a workflow. */
export const MAX_COMFY_LINKS = 50_000;
/** Groups, which are frames here. */
export const MAX_COMFY_GROUPS = 1_000;
/** Links that are followed in all, from the samplers to what they read. */
export const MAX_COMFY_STEPS = 50_000;
/** Characters of the workflow that an import makes, in JSON. */
export const MAX_IMPORTED_CHARACTERS = 32 * 2 ** 20;

/** For one request: a prompt, and the page that its client stores in the images; or a file of the page. */
export const MAX_COMFY_BODY_BYTES = 8 * 2 ** 20;
/** Characters of the metadata of a prompt for its images (`extra_pnginfo`). */
export const MAX_PNGINFO_CHARACTERS = 4 * 2 ** 20;
/** Files that ComfyUI's page keeps on the server. */
export const MAX_USER_FILES = 10_000;
/** Of all of them together. */
export const MAX_USER_FILES_BYTES = 64 * 2 ** 20;
/** Of the settings of ComfyUI's page, all of which one answer holds. */
export const MAX_PAGE_SETTINGS_BYTES = 2 ** 20;

/** Sockets of ComfyUI's clients that are open at one time. */
export const MAX_COMFY_SOCKETS = 128;
/** What waits in this process until a client of ComfyUI reads it; then previews are left out. */
export const COMFY_PREVIEWS_STOP_BYTES = 256 * 2 ** 10;
/** The same, then the client is disconnected. One message may be larger: an image goes through a socket whole. */
export const MAX_COMFY_BACKLOG_BYTES = 16 * 2 ** 20;
/** Of all clients of ComfyUI together; the one that would get more is disconnected. */
export const MAX_COMFY_BACKLOGS_BYTES = 96 * 2 ** 20;
/** Prompts whose ComfyUI side is kept in memory; others are read from the run table again. */
export const MAX_KNOWN_PROMPTS = 200;
/** Characters of the prompts in one answer of `/history` or `/queue`, the newest first. */
export const MAX_HISTORY_CHARACTERS = 8 * 2 ** 20;
/** Entries in one answer of `/history` or `/queue`. */
export const MAX_HISTORY_ENTRIES = 500;
/** Images that `/object_info` offers; clients take an image that is not offered for a missing one. */
export const MAX_OFFERED_IMAGES = 10_000;

/** One message of a client of ComfyUI. */
export const MAX_COMFY_MESSAGE_BYTES = 64 * 2 ** 10;
/** Characters of the path of a file of ComfyUI's page. */
export const MAX_USER_PATH_CHARACTERS = 512;
/** Images that `/internal/files/input` lists. */
export const MAX_LISTED_IMAGES = 1000;
