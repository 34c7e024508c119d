// The limits on what a workflow may hold and cost. docs/OPERATIONS.md lists them for people who run a server.

/** Bytes of a workflow file; a graph of 10,000 nodes takes about 2 MB. */
export const MAX_WORKFLOW_BYTES = 32 * 1024 * 1024;
/** Bytes of a request's JSON that a server takes unless its operator says otherwise: a workflow is saved and run by one. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** Objects and arrays inside one another. */
export const MAX_JSON_DEPTH = 64;
/** More nodes than this a workflow may not become: a sweep in a subgraph that is used often grows quickly. */
export const MAX_EXPANDED_NODES = 50_000;
/** Characters of the ids of these nodes together: of subgraphs deep inside one another each has all that it is in. */
export const MAX_EXPANDED_CHARACTERS = 16_000_000;
/** Values of one list. A range is written in a few letters and may mean billions of values. */
export const MAX_VALUES = 1000;
/** Characters of one entry of a list of numbers; longer than any number or range. */
export const MAX_VALUE_LENGTH = 200;
/** Problems that are reported one by one; the others are counted. */
export const MAX_PROBLEMS = 200;
/** Problems for which similar names are looked up, each of which may compare a name with thousands. */
export const MAX_SUGGESTIONS = 20;
/** Characters of a foreign name in a message. */
export const MAX_SHOWN_NAME = 80;
/** Inputs inside subgraphs that get their value from outside, over all uses of the subgraphs. */
export const MAX_EXPANDED_LINKS = 1_000_000;
/** Bytes of one text inside an image, unpacked; a workflow has at most some megabytes. */
export const MAX_IMAGE_TEXT_BYTES = 16 * 2 ** 20;

/** Objects and lists inside one another, in JSON of other programs. */
export const MAX_FOREIGN_JSON_DEPTH = 256;
/** Digits of a whole number there; Python reads no more either, since that takes longer than linear time. */
export const MAX_FOREIGN_DIGITS = 4300;
