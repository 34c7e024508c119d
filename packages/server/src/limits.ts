// The limits that are the same for every server; those that its operator may change are in config.ts.
// docs/OPERATIONS.md lists both for operators.

/** Characters of a run's title in lists and events; the workflow keeps the whole one. */
export const MAX_TITLE_LENGTH = 200;

/** Outputs of one run in a list of runs; the run itself lists them all. */
export const MAX_LISTED_OUTPUTS_OF_RUN = 100;
/** Outputs in one list of runs, the first runs' before the others'. */
export const MAX_LISTED_OUTPUTS = 5_000;
/** Warnings that are kept of one run, the first ones. */
export const MAX_RUN_WARNINGS = 20;
/** Share links that can be used at one time. */
export const MAX_GRANTS = 1_000;

/** Images that wait to be decoded, for uploads and thumbnails together; more are refused with 503. */
export const MAX_WAITING_IMAGES = 64;
/** Imports that wait for the import process; more are refused with 503. */
export const MAX_WAITING_IMPORTS = 16;
/** One image, from when its decoding begins. */
export const IMAGE_TASK_MS = 30_000;
/** One import, from when it begins. */
export const IMPORT_TASK_MS = 5_000;
/** Texts below this are imported in the server itself, which takes some milliseconds. */
export const SMALL_IMPORT_CHARACTERS = 32 * 2 ** 10;
/** How long a client should wait after a 503. */
export const RETRY_AFTER_SECONDS = 5;

/** A file that is fetched from an address for the editor, and how long that may take. */
export const MAX_REMOTE_FILE_BYTES = 64 * 2 ** 20;
export const REMOTE_FILE_MS = 60_000;

/** Pages and files of a model hub's list of one repository; a hub could return an endless list. */
export const MAX_HUB_PAGES = 200;
export const MAX_HUB_FILES = 20_000;

/** A model hub's data about a repository other than its files. */
export const MAX_REPOSITORY_INFO_BYTES = 4 * 2 ** 20;
/** Listed downloads of models, waiting and ended; more are rejected. */
export const MAX_MODEL_DOWNLOADS = 50;
/** How long a deleted model can be brought back. */
export const MODEL_TRASH_DAYS = 7;
/** A text file about a model, next to it. */
export const MAX_MODEL_NOTES_BYTES = 4 * 2 ** 20;
/** A preview image of a model, in its metadata or next to it. */
export const MAX_MODEL_PREVIEW_BYTES = 32 * 2 ** 20;
/** Words of one model that are listed as its trigger words. */
export const MAX_TRIGGER_WORDS = 24;
/** Reading all weights of one model, to say whether it is sound. */
export const INSPECT_TASK_MS = 10 * 60_000;
export const MAX_WAITING_INSPECTIONS = 8;

/** Files and folders that one pattern with wildcards may look at. */
export const MAX_FILES_LOOKED_AT = 100_000;

/** The texts of one image that are read together, unpacked. */
export const MAX_IMAGE_TEXTS_BYTES = 64 * 2 ** 20;

/** Of one decoded image, width times height, unless the operator sets another limit: about 300 MB of pixels. */
export const MAX_IMAGE_PIXELS = 100_000_000;
/** Of one decoded image: the longer side, as large as a JPEG can be. */
export const MAX_IMAGE_SIDE_PX = 65_535;
/** Of all frames of one animation: 256 of 768 x 768 and some more. */
export const MAX_ANIMATION_PIXELS = 512_000_000;
/** A text file of a checkpoint; the tokenizer.json of CLIP has 4 MB. */
export const MAX_CHECKPOINT_TEXT_BYTES = 64 * 2 ** 20;
/** One message of a client of `/api/events`. */
export const MAX_CLIENT_MESSAGE_BYTES = 64 * 2 ** 10;
/** One page of a model hub's list. */
export const MAX_HUB_LIST_BYTES = 32 * 2 ** 20;
/** The text of a licence, or a model card, in the folder of a model. */
export const MAX_LICENSE_TEXT_BYTES = 256 * 2 ** 10;
/** Characters of the name of a licence. */
export const MAX_LICENSE_LENGTH = 100;
/** Characters of a trigger word; longer ones are left out. */
export const MAX_TRIGGER_WORD_LENGTH = 200;
/** Addresses that a request made for a user is sent on to. */
export const MAX_REDIRECTS = 10;
/** Saved workflows that are offered to a client of MCP, the newest first. */
export const MAX_MCP_TOOLS = 100;
/** Images in one answer to a client of MCP. */
export const MAX_MCP_IMAGES = 8;
/** What a webhook's receiver answers; nothing of it is read but the status. */
export const MAX_WEBHOOK_ANSWER_BYTES = 64 * 2 ** 10;
/** One attempt to send a webhook. */
export const WEBHOOK_TIMEOUT_MS = 15_000;
/** A workflow file, or an image with a workflow inside, that the command line reads; workflows alone are limited further when parsed. */
export const MAX_WORKFLOW_SOURCE_BYTES = 256 * 2 ** 20;
/** Runs that one command starts; no one intends more with one line, and each is checked before the first one runs. */
export const MAX_VARIANTS = 10_000;
/** Of the memory of one plug-in; it cannot grow further. */
export const MAX_PLUGIN_MEMORY_BYTES = 512 * 2 ** 20;
/** One call of a node of a plug-in, without the time in which it waits for a model or the network. */
export const MAX_PLUGIN_CALL_MS = 60_000;
/** A file that a plug-in reads or writes, or a model that it runs. */
export const MAX_PLUGIN_FILE_BYTES = 64 * 2 ** 20;
/** What a host on the network answers a plug-in. */
export const MAX_PLUGIN_ANSWER_BYTES = 16 * 2 ** 20;
/** One question of a plug-in to the network. */
export const MAX_PLUGIN_FETCH_MS = 30_000;
/** Values that a plug-in passes at once, without its arrays of numbers. */
export const MAX_PLUGIN_TEXT_CHARACTERS = 8 * 2 ** 20;
/** Arrays of numbers that a plug-in passes at once. */
export const MAX_PLUGIN_ARRAYS = 10_000;
/** One line that a plug-in prints, or one of its errors. */
export const MAX_PLUGIN_MESSAGE_CHARACTERS = 2_000;
/** Lines that a plug-in prints in one call. */
export const MAX_PLUGIN_LOG_LINES = 100;
/** What a plug-in asks of the program at one time. */
export const MAX_PLUGIN_REQUESTS = 64;
/** For the arrays of numbers in concurrent requests. */
export const MAX_PLUGIN_REQUEST_BYTES = 256 * 2 ** 20;
/** Requests in one call; its time is paused meanwhile. */
export const MAX_PLUGIN_REQUESTS_A_CALL = 10_000;
/** The package.json of a plug-in. */
export const MAX_MANIFEST_BYTES = 2 ** 20;
/** The description of a plug-in: nodes, texts, example workflows. */
export const MAX_PLUGIN_DESCRIPTION_CHARACTERS = 4 * 2 ** 20;
/** Metadata of a package in a registry, with all its versions. */
export const MAX_PACKUMENT_BYTES = 64 * 2 ** 20;
/** One answer of a registry, such as a whole package. */
export const MAX_REGISTRY_MS = 5 * 60_000;
/** Files of a package that is added as a plug-in. */
export const MAX_PACKAGE_FILES = 5_000;
/** Bytes of such a package, unpacked. */
export const MAX_PACKAGE_BYTES = 256 * 2 ** 20;
