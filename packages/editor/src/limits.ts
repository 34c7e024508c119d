// The limits on what the page opens and makes. docs/OPERATIONS.md lists them for people who run a server.

/** Characters of a link that is made here. Browsers take far longer addresses, but programs that pass them on cut them off. */
export const MAX_LINK_LENGTH = 16_000;
/** Characters of the packed workflow in a link that is opened. */
export const MAX_PACKED_LENGTH = 256_000;
/** Files in an archive that holds a workflow with its images. */
export const MAX_ARCHIVE_FILES = 2_000;
/** Bytes that such an archive may unpack to. */
export const MAX_ARCHIVE_BYTES = 1024 * 2 ** 20;
/** Bytes that such a link may unpack to: as much as a server takes. A link of a few hundred characters may hold a gigabyte. */
export const MAX_UNPACKED_BYTES = 4 * 2 ** 20;
