import { similarNames, withReason } from '@unclip-studio/graph-core';
import {
  type CalendarDay,
  createLocalDates,
  type LocalDates,
  ownTimeZone,
  type TimeSpan,
} from '../store/local-dates.js';

/** Where a word is looked for; `any`: in all of them. */
export type TextField = 'any' | 'title' | 'prompt' | 'negative' | 'model';

export type Comparison = '=' | '>' | '>=' | '<' | '<=';

/** One thing that an image has to be like. */
export type Condition =
  /** Words beginning like these, one after the other. */
  | { readonly kind: 'text'; readonly field: TextField; readonly words: string }
  /** The name of a checkpoint, all of it. */
  | { readonly kind: 'model'; readonly name: string }
  /** A setting of a node, its name in small letters. */
  | { readonly kind: 'param'; readonly name: string; readonly comparison: Comparison; readonly value: string }
  | {
      readonly kind: 'side';
      readonly side: 'width' | 'height';
      readonly comparison: Comparison;
      readonly value: number;
    }
  /** On this board and no other. */
  | { readonly kind: 'board'; readonly name: string }
  /** Made from `fromMs` on and before `toMs`, milliseconds since 1970. */
  | { readonly kind: 'time'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'starred' }
  | { readonly kind: 'deleted' };

export interface QueryTerm {
  /** The image must not be like that. */
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
  ['neg', 'negative'],
  ['positive', 'prompt'],
  ['ckpt', 'model'],
  ['model', 'model'],
  ['checkpoint', 'model'],
]);
const FIELDS = [...TEXT_FIELDS.keys(), 'date', 'is', 'width', 'height', 'board'];
/** What other programs call settings -> their names here, both in lower case. */
const PARAM_SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['cfg', 'guidancescale'],
  ['cfgscale', 'guidancescale'],
  ['cfg_scale', 'guidancescale'],
  ['sampler', 'scheduler'],
  ['sampler_name', 'scheduler'],
  ['denoising', 'denoise'],
  ['init_image', 'image'],
]);
const STATES = ['starred', 'deleted'] as const;

// A minus, a name with its operator, and a value that may be quoted.
const TERM = /(-?)(?:([A-Za-z][A-Za-z0-9_]*)(:|>=|<=|=|>|<))?(?:"([^"]*)("?)|(\S*))/gy;

/** When and where a search is made, which decides what its dates mean. */
export interface QueryClock {
  /** Milliseconds since 1970; now when left out. */
  readonly nowMs?: number;
  /** IANA name; that of this machine when left out. */
  readonly timeZone?: string | undefined;
}

/**
 * Reads a search such as `red heart -blue model:tiny steps>20 seed=42 date:2026-11 is:starred "an exact phrase"`.
 * An image must match all terms. Deleted images only match if the query has `is:deleted`.
 *
 * @param params names of all settings there are
 * @throws GalleryQueryError that says what was expected
 */
export function parseGalleryQuery(
  text: string,
  params: Iterable<string>,
  { nowMs = Date.now(), timeZone = ownTimeZone() }: QueryClock = {},
): readonly QueryTerm[] {
  const clock = { nowMs, timeZone };
  const known = new Map([...params].map((name) => [name.toLowerCase(), name]));
  const terms: QueryTerm[] = [];
  TERM.lastIndex = 0;
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, TERM.lastIndex)) {
    TERM.lastIndex = at;
    const match = TERM.exec(text);
    if (match === null) break;
    const [, minus, name, sign = ':', quoted, endQuote, bare = ''] = match;
    if (quoted !== undefined && endQuote === '') {
      throw withReason(
        new GalleryQueryError(`The quotation mark before ${quoted} is never closed. Add one at the end.`),
        { code: 'search-term', term: quoted, fault: 'quote' },
      );
    }
    const value = quoted ?? bare;
    const condition =
      name === undefined ? textCondition('any', value) : namedCondition({ name, sign, value }, known, clock);
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

function namedCondition(
  term: NamedTerm,
  params: ReadonlyMap<string, string>,
  clock: Required<QueryClock>,
): Condition | undefined {
  const name = term.name.toLowerCase();
  const field = TEXT_FIELDS.get(name);
  if (field === 'model' && term.sign === '=' && term.value !== '') return { kind: 'model', name: term.value };
  if (field !== undefined) return textCondition(field, term.value);
  if (term.value === '') {
    throw withReason(
      new GalleryQueryError(`"${term.name}${term.sign}" has no value. Write one behind it, without a space.`),
      { code: 'search-term', term: `${term.name}${term.sign}`, fault: 'no-value' },
    );
  }
  const comparison = term.sign === ':' ? '=' : (term.sign as Comparison);
  if (name === 'is') return stateCondition(term.value);
  if (name === 'date') return timeCondition(comparison, term.value, clock);
  if (name === 'width' || name === 'height') {
    return { kind: 'side', side: name, comparison, value: numberOf(term) };
  }
  if (name === 'board') return { kind: 'board', name: term.value };
  const param = params.has(name) ? name : (PARAM_SYNONYMS.get(name) ?? name);
  if (!params.has(param)) throw unknownName(term, params);
  if (comparison !== '=') numberOf(term);
  return { kind: 'param', name: param, comparison, value: term.value.toLowerCase() };
}

/** @returns `undefined` if it has no letter or digit */
function textCondition(field: TextField, words: string): Condition | undefined {
  return /[\p{L}\p{N}]/u.test(words) ? { kind: 'text', field, words } : undefined;
}

function stateCondition(value: string): Condition {
  const kind = STATES.find((state) => state === value.toLowerCase());
  if (kind !== undefined) return { kind };
  throw withReason(
    new GalleryQueryError(`"is:${value}": expected one of ${STATES.map((state) => `is:${state}`).join(' and ')}.`),
    { code: 'search-term', term: `is:${value}`, fault: 'choice', known: STATES.map((state) => `is:${state}`) },
  );
}

function numberOf({ name, sign, value }: NamedTerm): number {
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw withReason(
    new GalleryQueryError(`"${name}${sign}${value}": expected a number behind ${sign}, such as ${name}${sign}20.`),
    { code: 'search-term', term: `${name}${sign}${value}`, fault: 'number' },
  );
}

function unknownName({ name, sign, value }: NamedTerm, params: ReadonlyMap<string, string>): GalleryQueryError {
  const similar = similarNames(name, [...FIELDS, ...params.values()]);
  const hint = similar.length === 0 ? '' : ` Did you mean ${similar.join(' or ')}?`;
  return withReason(
    new GalleryQueryError(
      `There is no setting "${name}" to search by.${hint} To look for the words themselves, write "${name}${sign}${value}" in quotation marks.`,
    ),
    { code: 'search-term', term: name, fault: 'unknown', known: similar },
  );
}

const DATE = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;
const RANGE = /^(.*?)\.\.(.*)$/;

/**
 * A year, a month, a day, `today`, `yesterday` or `week` (this one), in the time zone of who asks; what it stands for is a span, before or
 * after which one may ask for. A range takes the first and the last of it in, and is open where nothing stands.
 */
function timeCondition(comparison: Comparison, value: string, { nowMs, timeZone }: Required<QueryClock>): Condition {
  const dates = createLocalDates(timeZone ?? ownTimeZone());
  const spanOf = (text: string) => {
    const span = dateSpan(text.toLowerCase(), dates, nowMs);
    if (span !== undefined) return span;
    throw withReason(
      new GalleryQueryError(
        `"date:${value}": expected a day, month or year, today, yesterday, week or a range, such as date:2026-11-24 or ` +
          'date:2026-11-01..2026-11-24.',
      ),
      { code: 'search-term', term: `date:${value}`, fault: 'date' },
    );
  };
  const [, first, last] = RANGE.exec(value) ?? [];
  if (first !== undefined && last !== undefined && comparison === '=' && first + last !== '') {
    const fromMs = first === '' ? 0 : spanOf(first).fromMs;
    const toMs = last === '' ? Number.MAX_SAFE_INTEGER : spanOf(last).toMs;
    if (fromMs < toMs) return { kind: 'time', fromMs, toMs };
    throw withReason(new GalleryQueryError(`"date:${value}": the range ends before it begins. Exchange the two.`), {
      code: 'search-term',
      term: `date:${value}`,
      fault: 'range',
    });
  }
  const { fromMs: startMs, toMs: endMs } = spanOf(value);
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

function dateSpan(text: string, dates: LocalDates, nowMs: number): TimeSpan | undefined {
  const spanOf = (from: CalendarDay, to: CalendarDay) => ({ fromMs: dates.startOf(from), toMs: dates.startOf(to) });
  if (text === 'week') {
    const today = dates.dayOf(nowMs);
    // From its Monday.
    const weekday = (new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay() + 6) % 7;
    const monday = { ...today, day: today.day - weekday };
    return spanOf(monday, { ...monday, day: monday.day + 7 });
  }
  if (text === 'today' || text === 'yesterday') {
    const today = dates.dayOf(nowMs);
    const day = text === 'today' ? today.day : today.day - 1;
    return spanOf({ ...today, day }, { ...today, day: day + 1 });
  }
  const [, ...parts] = DATE.exec(text) ?? [];
  if (parts[0] === undefined) return undefined;
  const [year = 0, month, day] = parts.map((part) => (part === undefined ? undefined : Number(part)));
  if (month === undefined) return spanOf({ year, month: 1, day: 1 }, { year: year + 1, month: 1, day: 1 });
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return spanOf({ year, month, day: 1 }, { year, month: month + 1, day: 1 });
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day < 1 || day > lastDay ? undefined : spanOf({ year, month, day }, { year, month, day: day + 1 });
}
