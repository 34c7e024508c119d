import {
  type Catalog,
  createSourceResolver,
  type LinkSource,
  ownEntry,
  ownNode,
  parseLink,
  type ResolvedSource,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import { type ComfyOrigin, PLACEHOLDER_PREFIX } from './conversion.js';
import { type Link, originsOf } from './export-values.js';
import { PromptWriter } from './prompt-writer.js';

export interface ExportContext {
  readonly catalog: Catalog<UnclipNode>;
  readonly values: ComfyOrigin;
}

type FindLink = (nodeId: string, input: string) => Link | undefined;

// Of nodes through which a prompt or a model goes, one after the other.
const MAX_DEPTH = 1000;

/** The workflow to export, and what has been written of it so far. */
export class ExportGraph {
  readonly workflow: Workflow;
  readonly writer: PromptWriter;
  /** Nodes without counterpart in ComfyUI: node id -> what is missing there. */
  readonly left: Record<string, string> = {};
  /** ComfyUI ids of nodes without counterpart. */
  readonly placeholders: ReadonlySet<string>;
  readonly #resolve: (link: LinkSource) => ResolvedSource;
  readonly #findLink: FindLink;
  /** Earlier results, by their key. */
  readonly #found = new Map<string, Link | undefined>();
  #depth = 0;

  /** @param findLink returns the link there for one of our inputs; called once per input */
  constructor(workflow: Workflow, { catalog, values }: ExportContext, findLink: FindLink) {
    this.workflow = workflow;
    this.#resolve = createSourceResolver(workflow, catalog);
    this.#findLink = findLink;
    this.writer = new PromptWriter(workflow, values);
    const placeholders = Object.values(workflow.nodes).filter(({ type }) => type.startsWith(PLACEHOLDER_PREFIX));
    this.placeholders = new Set(placeholders.flatMap((node) => originsOf(node)['node']?.id ?? []));
  }

  nodes(): readonly (readonly [string, WorkflowNode])[] {
    return Object.entries(this.workflow.nodes).filter(([, node]) => node.mode === undefined);
  }

  /** The link there for an input of ours; `undefined` if nothing serves it that ComfyUI has. */
  link(nodeId: string, input: string): Link | undefined {
    return this.onceFor(`link ${nodeId}.${input}`, () => this.#findLink(nodeId, input));
  }

  /**
   * Finds the counterpart of a node once, regardless of the number of paths to it. Circular paths, which no valid
   * workflow has, and paths longer than anyone would draw have none.
   */
  onceFor(key: string, find: () => Link | undefined): Link | undefined {
    if (this.#found.has(key) || this.#depth > MAX_DEPTH) return this.#found.get(key);
    this.#found.set(key, undefined);
    this.#depth++;
    const link = find();
    this.#depth--;
    this.#found.set(key, link);
    return link;
  }

  source(nodeId: string, input: string) {
    const link = parseLink(ownEntry(ownNode(this.workflow, nodeId)?.inputs, input) ?? '');
    if (link === undefined) return undefined;
    const resolved = this.#resolve(link);
    if (resolved.kind !== 'found') return undefined;
    const node = ownNode(this.workflow, resolved.source.node);
    return node && { id: resolved.source.node, node, output: resolved.source.output };
  }
}
