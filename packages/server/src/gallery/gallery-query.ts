import { similarNames } from '@unclip-studio/graph-core';

/** Where a word is looked for; `any`: in all of them. */
export type TextField = 'any' | 'title' | 'prompt' | 'negative' | 'model';

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** One thing that a picture has to be like. */
export type Condition =
  /** Words beginning like these, one after the other. */
  | { readonly kind: 'text'; readonly field: TextField; readonly words: string }
  /** A setting of a node, its name in small letters. */
  | { readonly kind: 'param'; readonly name: string; readonly comparison: Comparison; readonly value: string }
  | {
      readonly kind: 'side';
      readonly side: 'width' | 'height';
      readonly comparison: Comparison;
      readonly value: number;
    }
  /** Made from `fromMs` on and before `toMs`, milliseconds since 1970. */
  | { readonly kind: 'time'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'starred' }
  | { readonly kind: 'deleted' };

export interface QueryTerm {
  /** The picture must not be like that. */
  readonly isNegated: boolean;
  readonly condition: Condition;
}

/** What somebody typed into the search field cannot be understood. */
export class GalleryQueryError extends Error {
  override readonly name = 'GalleryQueryError';
}

const TEXT_FIELDS: ReadonlyMap<string, TextField> = new Map([
  ['title', 'title'],
  ['prompt', 'prompt'],
  ['negative', 'negative'],
  ['negativeprompt', 'negative'],
  ['model', 'model'],
  ['checkpoint', 'model'],
]);
const FIELDS = [...TEXT_FIELDS.keys(), 'date', 'is', 'width', 'height'];
const STATES = ['starred', 'deleted'] as const;

// A minus, a name with its sign, and a value that may stand in quotes.
const TERM = /(-?)(?:([A-Za-z][A-Za-z0-9]*)(:|>=|<=|=|>|<))?(?:"([^"]*)("?)|(\S*))/gy;

/**
 * Reads a search such as `red heart -blue model:tiny steps>20 seed=42 date:2026-11 is:starred "an exact phrase"`.
 * All of it must fit a picture. A deleted picture fits only where `is:deleted` is asked for.
 *
 * @param params names of all settings there are
 * @throws GalleryQueryError that says what was expected
 */
export function parseGalleryQuery(text: string, params: Iterable<string>): readonly QueryTerm[] {
  const known = new Map([...params].map((name) => [name.toLowerCase(), name]));
  const terms: QueryTerm[] = [];
  TERM.lastIndex = 0;
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, TERM.lastIndex)) {
    TERM.lastIndex = at;
    const match = TERM.exec(text);
    if (match === null) break;
    const [, minus, name, sign = ':', quoted, endQuote, bare = ''] = match;
    if (quoted !== undefined && endQuote === '') {
      throw new GalleryQueryError(`The quotation mark before ${quoted} is never closed. Add one at the end.`);
    }
    const value = quoted ?? bare;
    const condition = name === undefined ? textCondition('any', value) : namedCondition({ name, sign, value }, known);
    if (condition !== undefined) terms.push({ isNegated: minus === '-', condition });
  }
  return terms;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? '')) at++;
  return at;
}

interface NamedTerm {
  readonly name: string;
  readonly sign: string;
  readonly value: string;
}

function namedCondition(term: NamedTerm, params: ReadonlyMap<string, string>): Condition | undefined {
  const name = term.name.toLowerCase();
  const field = TEXT_FIELDS.get(name);
  if (field !== undefined) return textCondition(field, term.value);
  if (term.value === '') {
    throw new GalleryQueryError(`"${term.name}${term.sign}" has no value. Write one behind it, without a space.`);
  }
  const comparison = term.sign === ':' ? '=' : (term.sign as Comparison);
  if (name === 'is') return stateCondition(term.value);
  if (name === 'date') return timeCondition(comparison, term.value);
  if (name === 'width' || name === 'height') {
    return { kind: 'side', side: name, comparison, value: numberOf(term) };
  }
  if (!params.has(name)) throw unknownName(term, params);
  if (comparison !== '=') numberOf(term);
  return { kind: 'param', name, comparison, value: term.value.toLowerCase() };
}

/** @returns `undefined` where there is no letter or digit to look for */
function textCondition(field: TextField, words: string): Condition | undefined {
  return /[\p{L}\p{N}]/u.test(words) ? { kind: 'text', field, words } : undefined;
}

function stateCondition(value: string): Condition {
  const kind = STATES.find((state) => state === value.toLowerCase());
  if (kind !== undefined) return { kind };
  throw new GalleryQueryError(`"is:${value}": expected one of ${STATES.map((state) => `is:${state}`).join(' and ')}.`);
}

function numberOf({ name, sign, value }: NamedTerm): number {
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw new GalleryQueryError(`"${name}${sign}${value}": expected a number behind ${sign}, such as ${name}${sign}20.`);
}

function unknownName({ name, sign, value }: NamedTerm, params: ReadonlyMap<string, string>): GalleryQueryError {
  const similar = similarNames(name, [...FIELDS, ...params.values()]);
  const hint = similar.length === 0 ? '' : ` Did you mean ${similar.join(' or ')}?`;
  return new GalleryQueryError(
    `There is no setting "${name}" to search by.${hint} To look for the words themselves, write "${name}${sign}${value}" in quotation marks.`,
  );
}

const DATE = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;

/** A year, a month or a day, UTC; what it stands for is a span, before or after which one may ask for. */
function timeCondition(comparison: Comparison, value: string): Condition {
  const [, year, month, day] = DATE.exec(value) ?? [];
  const isDate = year !== undefined && isBetween(month, 12) && isBetween(day, 31);
  if (!isDate) {
    throw new GalleryQueryError(`"date:${value}": expected a year, a month or a day, such as date:2026-11-24.`);
  }
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  const startMs = Date.UTC(y, m, d);
  const endMs =
    month === undefined ? Date.UTC(y + 1, 0) : day === undefined ? Date.UTC(y, m + 1) : Date.UTC(y, m, d + 1);
  const spans = {
    '=': [startMs, endMs],
    '>': [endMs, Number.MAX_SAFE_INTEGER],
    '>=': [startMs, Number.MAX_SAFE_INTEGER],
    '<': [0, startMs],
    '<=': [0, endMs],
  } as const;
  const [fromMs, toMs] = spans[comparison];
  return { kind: 'time', fromMs, toMs };
}

function isBetween(text: string | undefined, max: number): boolean {
  return text === undefined || (Number(text) >= 1 && Number(text) <= max);
}
