import type { ImportReport } from '@unclip-studio/protocol';

/** What an import made of each node, as protocol declares it. */
export type { ImportReport };

export type MappedNode = ImportReport['nodes'][number];

/** How close the imported node is to the original. */
export type Likeness = MappedNode['likeness'];
