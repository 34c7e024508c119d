// Limits on requests. docs/OPERATIONS.md lists those that operators may encounter.

/** Entries in one response of a list that is paged by offset. */
export const MAX_LISTED = 1_000;
/** Entries per page of a list that continues after a given entry. */
export const MAX_PAGE = 500;
/** Outputs that one request may star, delete or restore. */
export const MAX_CHANGED_OUTPUTS = 5_000;
/** Nodes that one request may ask to be run. */
export const MAX_TARGETS = 1_000;
/** Runs whose previews one client may name. */
export const MAX_WATCHED_RUNS = 100;
/** Characters of a workflow of ComfyUI that is to be imported. */
export const MAX_IMPORT_CHARACTERS = 4_000_000;
/** Of one thumbnail: the longer side. */
export const THUMBNAIL_SIDES_PX = { min: 16, max: 1024, usual: 256 } as const;
/** Characters of the path of a file in a repository of a model hub. */
export const MAX_REPOSITORY_PATH = 300;
/**
 * The path of a file in a repository of a model hub, which becomes a path on this machine: names that every file system
 * takes, in any script, none of them "." or "..", and no control characters or marks of direction.
 */
export const REPOSITORY_PATH =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are rejected here
  /^(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[^\\/:*?"<>|\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+(?:\/(?!$)|$))+$/;

/** Characters of a name that users give: titles, labels of share links. */
export const MAX_LABEL_LENGTH = 120;
/** How long a request may wait for the end of the run that it starts. */
export const MAX_WAIT_S = 300;
/** Characters of a webhook address that is notified when a run ends. */
export const MAX_WEBHOOK_CHARACTERS = 2_000;
/** How long a share link may be valid. */
export const MAX_GRANT_DAYS = 366;
/** Of one image that is uploaded through a share link. */
export const MAX_GRANT_UPLOAD_MB = 100;
