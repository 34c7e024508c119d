import { ownEntry, type Workflow } from '@unclip-studio/graph-core';
import { isRecord } from './comfy-graph.js';
import type { ComfyOrigin, OriginNode } from './conversion.js';
import { formatExactJson, fromPlainJson } from './exact-json.js';
import { isAlike, isLink, type Link, originsOf, type Values } from './export-values.js';

/** A node as ComfyUI's server takes it. Whole numbers beyond 2^53 are BigInt; see `formatExactJson`. */
export interface ComfyApiNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly _meta?: { readonly title?: string };
}

export interface PutNode {
  readonly type: string;
  readonly origin: OriginNode | undefined;
  readonly inputs: Values;
  readonly title: string | undefined;
}

// A value used for a setting from a node without counterpart, until the user sets it.
const ASSUMED: Values = {
  ...{ width: 512, height: 512, batch_size: 1, amount: 1, strength: 1, noise_augmentation: 0 },
  ...{ seed: 0, noise_seed: 0, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
  ...{ add_noise: 'enable', start_at_step: 0, end_at_step: 10_000, return_with_leftover_noise: 'disable' },
};

/** What an export has said so far, with the ids it gave. */
export class PromptWriter {
  readonly #prompt = new Map<string, ComfyApiNode>();
  readonly #taken: Set<string>;
  readonly #ids = new Map<string, string>();
  readonly #given = new Set<string>();
  readonly #leads = new Map<string, Values>();
  #lastId: number;

  /** @param values nodes that are nothing but a value */
  constructor(workflow: Workflow, values: ComfyOrigin) {
    const ofNodes = Object.values(workflow.nodes).flatMap((node) => Object.values(originsOf(node)));
    const origins = [...ofNodes, ...Object.values(values)];
    this.#taken = new Set(origins.map(({ id }) => id));
    for (const origin of Object.values(values)) {
      this.put(origin.id, { type: origin.class_type, origin, inputs: {}, title: undefined });
    }
    const numbers = origins.map(({ id }) => Number(id)).filter(Number.isSafeInteger);
    this.#lastId = numbers.reduce((last, number) => Math.max(last, number), 0);
  }

  /** The node with an id. */
  at(id: string): ComfyApiNode | undefined {
    return this.#prompt.get(id);
  }

  /** The node of ours that each one is a part of. */
  owners(): ReadonlyMap<string, { readonly node: string; readonly role: string }> {
    return new Map(
      [...this.#ids].map(([key, id]) => {
        const end = key.indexOf(' ');
        return [id, { node: key.slice(0, end), role: key.slice(end + 1) }];
      }),
    );
  }

  /** Records the prompts of a node; those recorded first count. */
  lead(id: string, prompts: Values): void {
    this.#leads.set(id, { ...prompts, ...this.#leads.get(id) });
  }

  finish(): Readonly<Record<string, ComfyApiNode>> {
    for (const [id, prompts] of this.#leads) {
      const node = this.#prompt.get(id);
      const given = Object.entries(prompts).filter(([, value]) => value !== undefined);
      if (node !== undefined)
        this.#prompt.set(id, { ...node, inputs: { ...node.inputs, ...Object.fromEntries(given) } });
    }
    return withoutHalfLinks(this.#prompt);
  }

  /** The id that a part of one of our nodes has there: its old one, or a new number. */
  idOf(nodeId: string, role: string, origin: OriginNode | undefined): string {
    const key = `${nodeId} ${role}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const old = origin !== undefined && !this.#given.has(origin.id) ? origin.id : undefined;
    const id = old ?? this.#newId();
    this.#ids.set(key, id);
    this.#given.add(id);
    return id;
  }

  #newId(): string {
    do this.#lastId++;
    while (this.#taken.has(String(this.#lastId)));
    return String(this.#lastId);
  }

  /** Puts a part of one of our nodes; where the same was put for another one already, that one serves both. */
  putShared(nodeId: string, role: string, said: PutNode): Link {
    const { origin } = said;
    const shared = origin === undefined ? undefined : this.#prompt.get(origin.id);
    const [own, slot] = this.put(this.idOf(nodeId, role, origin), said);
    if (origin === undefined || shared === undefined || own === origin.id) return [own, slot];
    if (formatExactJson(this.#prompt.get(own)) !== formatExactJson(shared)) return [own, slot];
    this.#prompt.delete(own);
    return [origin.id, slot];
  }

  put(id: string, { type, origin, inputs, title }: PutNode): Link {
    // Values of the old node that are not set here stay, including the link for those that are.
    const given = origin?.given ?? {};
    const linked = Object.entries(origin?.inputs ?? {}).filter(([, value]) => isLink(value));
    const before: Values = { ...Object.fromEntries(linked.map(([name]) => [name, ownEntry(ASSUMED, name)])), ...given };
    const isAsGiven = (name: string) =>
      ownEntry(before, name) !== undefined && (!Object.hasOwn(inputs, name) || isAlike(inputs[name], before[name]));
    const kept = Object.entries(origin?.inputs ?? {});
    const said = [...kept, ...Object.entries(inputs).filter(([name]) => !isAsGiven(name))].filter(
      ([name, value]) => value !== undefined && !(Object.hasOwn(inputs, name) && inputs[name] === undefined),
    );
    const named = title ?? origin?.title;
    const { _meta: meta, ...more } = isPage(origin) ? {} : (origin?.more ?? {});
    const about = { ...(isRecord(meta) ? meta : {}), ...(named === undefined ? {} : { title: named }) };
    this.#prompt.set(id, {
      ...(fromPlainJson(more) as object),
      class_type: type,
      inputs: fromPlainJson(Object.fromEntries(said)) as Values,
      ...(Object.keys(about).length === 0 ? {} : { _meta: about }),
    });
    return [id, 0];
  }
}

/** Whether what more there is to a node is of a page, which an API prompt has no place for. */
function isPage(origin: OriginNode | undefined): boolean {
  return origin?.more !== undefined && 'pos' in origin.more;
}

/** As in ComfyUI: links to a node that does not exist are dropped. */
function withoutHalfLinks(prompt: ReadonlyMap<string, ComfyApiNode>): Readonly<Record<string, ComfyApiNode>> {
  return Object.fromEntries(
    [...prompt].map(([id, node]) => {
      const inputs = Object.entries(node.inputs).filter(([, value]) => !isLink(value) || prompt.has(value[0]));
      return [id, { ...node, inputs: Object.fromEntries(inputs) }];
    }),
  );
}
