import { MAX_COMFY_LINKS } from './limits.js';
import { tooMany } from './page-size.js';
import type { UiLink } from './ui-graph.js';

/** The links of a page while parts of it are expanded, found by the nodes at their ends. Keeps their order. */
export class LinkTable {
  readonly #links = new Map<number, UiLink>();
  readonly #bySource = new Map<string, Set<number>>();
  readonly #byTarget = new Map<string, Set<number>>();
  #last = 0;

  constructor(links: Iterable<UiLink>) {
    for (const link of links) this.add(link);
  }

  /** @throws ComfyFormatError if there are too many */
  add(link: UiLink): void {
    if (this.#links.size >= MAX_COMFY_LINKS) throw tooMany('links', this.#links.size + 1, MAX_COMFY_LINKS);
    this.#put(this.#last++, link);
  }

  /** The links into a node, by their keys. */
  into(node: string): readonly (readonly [number, UiLink])[] {
    return this.#at(this.#byTarget.get(node));
  }

  outOf(node: string): readonly (readonly [number, UiLink])[] {
    return this.#at(this.#bySource.get(node));
  }

  remove(key: number): void {
    const link = this.#links.get(key);
    if (link === undefined) return;
    this.#links.delete(key);
    this.#bySource.get(link.from)?.delete(key);
    this.#byTarget.get(link.to)?.delete(key);
  }

  /** Puts another link in the place of one. */
  replace(key: number, link: UiLink): void {
    const old = this.#links.get(key);
    if (old === undefined) return;
    this.#bySource.get(old.from)?.delete(key);
    this.#byTarget.get(old.to)?.delete(key);
    this.#put(key, link);
  }

  list(): readonly UiLink[] {
    return [...this.#links.values()];
  }

  #put(key: number, link: UiLink): void {
    this.#links.set(key, link);
    for (const [index, node] of [
      [this.#bySource, link.from],
      [this.#byTarget, link.to],
    ] as const) {
      const known = index.get(node);
      if (known === undefined) index.set(node, new Set([key]));
      else known.add(key);
    }
  }

  #at(keys: ReadonlySet<number> | undefined): readonly (readonly [number, UiLink])[] {
    return [...(keys ?? [])].flatMap((key) => {
      const link = this.#links.get(key);
      return link === undefined ? [] : [[key, link] as const];
    });
  }
}
