// The limits on files of other programs. docs/OPERATIONS.md lists them for people who run a server.

/** Nodes of a ComfyUI workflow once its subgraphs and group nodes are taken apart; pages of hundreds are large already. */
export const MAX_COMFY_NODES = 5_000;
/** Links of such a workflow. */
export const MAX_COMFY_LINKS = 50_000;
/** Groups, which are frames here. */
export const MAX_COMFY_GROUPS = 1_000;
/** Links that are followed in all, from the samplers to what they read. */
export const MAX_COMFY_STEPS = 50_000;
/** Characters of the workflow that an import makes, in JSON. */
export const MAX_IMPORTED_CHARACTERS = 32 * 2 ** 20;
