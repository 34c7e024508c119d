import { isDeepStrictEqual } from 'node:util';
import type { ComfyClassInfo } from '../support/comfyui-page.js';

type Entry = Readonly<Record<string, unknown>>;

/** A value of a prompt that ComfyUI's page cannot send as it was. */
export interface Unsendable {
  readonly what: string;
  readonly reason: (typeof REASONS)[keyof typeof REASONS];
}

const REASONS = {
  class: 'this server has no such class, so that the page shows its values without their names',
  input: 'the class has no such input today',
  default: 'the page fills in the default of an input that the prompt lacks',
  sampler: 'the page itself gives samplers of early 2023 the names of today',
} as const;

/** What two prompts say differently. */
export interface PromptDifferences {
  readonly differences: readonly string[];
  readonly unsendable: readonly Unsendable[];
}

/** @param classes what the page knows of classes; without them every difference counts */
export function comparePrompts(
  before: Entry,
  after: Entry,
  classes?: ReadonlyMap<string, ComfyClassInfo>,
): PromptDifferences {
  const [was, is] = [withoutColons(before), after];
  const differences: string[] = [];
  const unsendable: Unsendable[] = [];
  for (const id of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [one, other] = [was[id], is[id]] as (Entry | undefined)[];
    if (one === undefined || other === undefined) {
      differences.push(`${one ? 'without' : 'with'} node ${id} in the prompt`);
      continue;
    }
    const type = String(one['class_type']);
    const known = classes?.get(type);
    const [inputs, sent] = [one['inputs'] ?? {}, other['inputs'] ?? {}] as [Entry, Entry];
    const isUnnamed = classes !== undefined && known === undefined && hasAllValues(inputs, sent);
    if (one['class_type'] !== other['class_type'] && !isUnnamed) {
      differences.push(`${id}: ${one['class_type']} -> ${other['class_type']}`);
    }
    for (const name of new Set([...Object.keys(inputs), ...Object.keys(sent)])) {
      const [value, now] = [inputs[name], sent[name]];
      if (isDeepStrictEqual(value, now)) continue;
      const what = `${id}.${name} (${type}): ${shown(value)} -> ${shown(now)}`;
      const isValue = !Array.isArray(value) && !Array.isArray(now);
      const reason = isUnnamed && isValue ? REASONS.class : known && reasonFor({ name, value, now, known });
      if (reason === undefined) differences.push(what);
      else unsendable.push({ what, reason });
    }
  }
  return { differences, unsendable };
}

interface Change {
  readonly name: string;
  readonly value: unknown;
  readonly now: unknown;
  readonly known: ComfyClassInfo;
}

function reasonFor({ name, value, now, known }: Change): Unsendable['reason'] | undefined {
  if (now === undefined && !known.has(name)) return REASONS.input;
  if (value === undefined && known.has(name) && isDeepStrictEqual(now, known.get(name))) return REASONS.default;
  if (name === 'sampler_name' && value === `sample_${now}`) return REASONS.sampler;
  return undefined;
}

/** The page calls what it has no names for UNKNOWN, UNKNOWN_1 and so on. */
function hasAllValues(inputs: Entry, sent: Entry): boolean {
  const unnamed = Object.entries(sent).flatMap(([name, value]) => (/^UNKNOWN(_\d+)?$/.test(name) ? [value] : []));
  for (const value of Object.values(inputs).filter((one) => !Array.isArray(one))) {
    const at = unnamed.findIndex((one) => isDeepStrictEqual(one, value));
    if (at < 0) return false;
    unnamed.splice(at, 1);
  }
  return true;
}

/** In a page a colon leads into a subgraph, so the page writes ids of prompts without it. */
function withoutColons(prompt: Entry): Entry {
  const plain = (id: string) => id.replaceAll(':', '_');
  const nodes = Object.entries(prompt).map(([id, node]) => {
    const { inputs, ...others } = node as Entry;
    const written = Object.entries((inputs ?? {}) as Entry).map(([name, value]) => {
      const isLink = Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
      return [name, isLink ? [plain(value[0]), value[1]] : value];
    });
    return [plain(id), { ...others, inputs: Object.fromEntries(written) }];
  });
  return Object.fromEntries(nodes);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
