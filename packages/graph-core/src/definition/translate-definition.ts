import type { InputPort, NodeDefinition, OutputPort } from './node-definition.js';
import type { Param } from './params.js';

/**
 * Texts of node types in one language, by key:
 *
 * - `Type.title`, `Type.description`, `Type.keywords` (further search words, separated by commas)
 * - `Type.NAME.label` and `Type.NAME.help` of an input or param, `Type.out.NAME.label` and `Type.out.NAME.help` of an output
 * - `Type.NAME.option.VALUE` of a choice, `Type.NAME.pattern` and `Type.NAME.unread.INDEX` of a text
 *
 * `*` instead of the type is used for every type without its own text, for labels and options: `*.seed.label`.
 */
export type NodeMessages = Readonly<Record<string, string>>;

/** The definition with the texts in `messages`, and its own texts for the rest. */
export function translateDefinition(definition: NodeDefinition, messages: NodeMessages): NodeDefinition {
  const { type, title, keywords = [] } = definition;
  const find = finder(type, messages);
  const translatedTitle = find('title') ?? title;
  const added = [...(translatedTitle === title ? [] : [title.toLowerCase()]), ...listed(find('keywords'))];
  return {
    ...definition,
    title: translatedTitle,
    description: find('description') ?? definition.description,
    // People also search for the words of English tutorials.
    ...((keywords.length > 0 || added.length > 0) && { keywords: [...keywords, ...added] }),
    inputs: mapValues(definition.inputs, (port, name) => translatePort(port, name, find)),
    outputs: mapValues(definition.outputs, (port, name) => translatePort(port, `out.${name}`, find)),
    params: mapValues(definition.params, (param, name) => translateParam(param, name, find)),
  };
}

/** Key -> English text of everything that a language should translate. Options are left out: many are names of methods. */
export function textsToTranslate({
  type,
  title,
  description,
  inputs,
  outputs,
  params,
}: NodeDefinition): ReadonlyMap<string, string> {
  const named = Object.entries({ ...inputs, ...params });
  return new Map([
    [`${type}.title`, title],
    [`${type}.description`, description],
    ...named.flatMap(([name, { label = name, help }]): [string, string][] => [
      [`${type}.${name}.label`, label],
      [`${type}.${name}.help`, help],
    ]),
    ...Object.entries(outputs).flatMap(([name, { label = name, help }]): [string, string][] => [
      [`${type}.out.${name}.label`, label],
      [`${type}.out.${name}.help`, help],
    ]),
    ...Object.entries(params).flatMap(([name, param]) => textsOfParam(`${type}.${name}`, param)),
  ]);
}

/** Which keys of the node types a language lacks, and which of its keys belong to no node type. */
export function checkMessages(
  definitions: readonly NodeDefinition[],
  messages: NodeMessages,
): { readonly missing: readonly string[]; readonly unused: readonly string[] } {
  const wanted = definitions.flatMap((definition) => [...textsToTranslate(definition).keys()]);
  const optional = definitions.flatMap(({ type, params }) => [
    `${type}.keywords`,
    ...Object.entries(params).flatMap(([name, param]) =>
      param.kind === 'choice' ? param.options.map((option) => `${type}.${name}.option.${option}`) : [],
    ),
  ]);
  const known = new Set([...wanted, ...optional].flatMap((key) => [key, ...sharedKeys(key)]));
  return {
    missing: wanted.filter((key) => [key, ...sharedKeys(key)].every((one) => messages[one] === undefined)),
    unused: Object.keys(messages).filter((key) => !known.has(key)),
  };
}

type Find = (key: string) => string | undefined;

function finder(type: string, messages: NodeMessages): Find {
  return (key) => {
    const own = `${type}.${key}`;
    const found = [own, ...sharedKeys(own)].find((one) => Object.hasOwn(messages, one));
    return found === undefined ? undefined : messages[found];
  };
}

/** The shared key of a text that may be the same for all types. Help is never shared, since the same name can mean something else. */
function sharedKeys(key: string): readonly string[] {
  const [, out, name, rest] = /^[^.]+\.(out\.)?([^.]+)\.(label|option\..+)$/.exec(key) ?? [];
  if (name === undefined) return [];
  return [...(out === undefined ? [] : [key.replace('.out.', '.')]), `*.${name}.${rest}`];
}

function translatePort<Port extends InputPort | OutputPort>(port: Port, key: string, find: Find): Port {
  return { ...port, ...labelled(port, key, find) };
}

function translateParam(param: Param, name: string, find: Find): Param {
  const translated = { ...param, ...labelled(param, name, find) };
  if (translated.kind === 'choice') {
    const labels = translated.options.flatMap((option) => {
      const label = find(`${name}.option.${option}`) ?? translated.labels?.[option];
      return label === undefined ? [] : [[option, label] as const];
    });
    return labels.length === 0 ? translated : { ...translated, labels: Object.fromEntries(labels) };
  }
  if (translated.kind !== 'text') return translated;
  const { pattern, unread } = translated;
  return {
    ...translated,
    ...(pattern && { pattern: { ...pattern, meaning: find(`${name}.pattern`) ?? pattern.meaning } }),
    ...(unread && {
      unread: unread.map((one, index) => ({ ...one, advice: find(`${name}.unread.${index}`) ?? one.advice })),
    }),
  };
}

function labelled(described: { readonly label?: string; readonly help: string }, key: string, find: Find) {
  const label = find(`${key}.label`) ?? described.label;
  return { ...(label !== undefined && { label }), help: find(`${key}.help`) ?? described.help };
}

function textsOfParam(key: string, param: Param): readonly [string, string][] {
  if (param.kind !== 'text') return [];
  return [
    ...(param.pattern === undefined ? [] : [[`${key}.pattern`, param.pattern.meaning] as [string, string]]),
    ...(param.unread ?? []).map(({ advice }, index): [string, string] => [`${key}.unread.${index}`, advice]),
  ];
}

function mapValues<Value>(values: Readonly<Record<string, Value>>, map: (value: Value, name: string) => Value) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}

function listed(words: string | undefined): readonly string[] {
  return words === undefined ? [] : words.split(',').map((word) => word.trim().toLowerCase());
}
