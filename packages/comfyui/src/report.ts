/** How near a node came to what it was. */
export type Likeness =
  /** The same data. */
  | 'exact'
  /** The same meaning; the numbers of the picture differ. */
  | 'alike'
  /** It became a part of another node. */
  | 'absorbed'
  /** It has no counterpart; what it says is kept. */
  | 'placeholder';

export interface MappedNode {
  /** Of the ComfyUI node. */
  readonly id: string;
  readonly type: string;
  /** Ids of the nodes here that stand for it. */
  readonly became: readonly string[];
  readonly likeness: Likeness;
  /** What is different, what is missing, what to do; empty if there is nothing to say. */
  readonly words: string;
}

/** What an import made of each node. */
export interface ImportReport {
  readonly format: 'ui' | 'api';
  readonly nodes: readonly MappedNode[];
  /** What in the file could not be read. */
  readonly problems: readonly string[];
}
