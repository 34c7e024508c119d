import type { Workflow } from '@unclip-studio/graph-core';
import type { Draft } from 'immer';

/** A place on the canvas, in canvas units; one unit is one CSS pixel at 100 %. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** The names of the colours a user can choose; the theme defines their appearance. */
export const TINTS = ['red', 'amber', 'green', 'teal', 'blue', 'violet', 'pink', 'grey'] as const;
export type Tint = (typeof TINTS)[number];

/** What happens to a seed between runs; `fixed` when nothing is said. */
export type SeedMode = 'random' | 'increment';

/** How one card looks. Without a size the card takes the one its content needs. */
export interface NodeLayout extends Point {
  readonly width?: number;
  readonly height?: number;
  readonly collapsed?: true;
  /** The seldom used params are shown, too. */
  readonly showsAll?: true;
  /** Optional inputs that are not connected are shown, too. */
  readonly showsInputs?: true;
  readonly colour?: Tint;
  /**
   * Seed param -> what the editor does with it before the next run. It does not affect results, so it is not a param.
   */
  readonly seeds?: Readonly<Record<string, SeedMode>>;
}

/** A titled rectangle behind cards; moving it moves its contents. */
export interface Frame extends Box {
  readonly id: string;
  readonly title: string;
  readonly colour?: Tint;
}

/** A text on the canvas that does nothing. */
export interface Note extends Box {
  readonly id: string;
  readonly text: string;
  readonly colour?: Tint;
}

/** A point through which a wire is led; a name stands beside it. */
export interface ReroutePoint extends Point {
  readonly name?: string;
}

/** The points through which a wire is routed, from its source to its reader. */
export interface LinkLayout {
  readonly points: readonly ReroutePoint[];
}

// A type and not an interface, so that it fits the free-form layout of a workflow file.
export type DocumentLayout = {
  readonly nodes: Readonly<Record<string, NodeLayout>>;
  readonly frames: readonly Frame[];
  readonly notes: readonly Note[];
  /** Link id (`reader.input`) -> its looks; only of links that are routed through points. */
  readonly links?: Readonly<Record<string, LinkLayout>>;
};

/** What the editor edits: a workflow whose layout is complete. Immutable; only the store makes new ones. */
export interface WorkflowDocument extends Workflow {
  readonly layout: DocumentLayout;
  /** Inside a subgraph: node -> its inputs that the subgraph's own inputs feed. Never saved. */
  readonly fed?: ReadonlyMap<string, ReadonlySet<string>>;
}

export type DocumentDraft = Draft<WorkflowDocument>;
