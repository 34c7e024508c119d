import { brokenRule, readSeed, type Seed, type SeedParam } from '@unclip-studio/graph-core';
import type { ParamRule } from '@unclip-studio/protocol';
import { texts } from '../messages/texts.js';
import type { NumericParam } from './slider-scale.js';

/** What a typed number means, or why it is not taken, for the user. */
export type TypedResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

/** Parses the text of a number field; an invalid value is rejected, never changed. */
export function readTypedNumber(param: NumericParam, typed: string): TypedResult<number> {
  const readings = readingsOf(typed);
  // The point is how fields show decimals, so that alone it is never between thousands there.
  const plain = param.kind === 'number' ? readings.filter((reading) => reading === plainText(typed)) : [];
  const numbers = distinct((plain.length > 0 ? plain : readings).map(Number));
  const [number, other] = param.kind === 'number' ? numbers : wholeOrAll(numbers);
  if (number === undefined) return refused(texts.typed.notANumber(typed));
  if (other !== undefined) return refused(texts.typed.ambiguous(typed, numbers.map(String)));
  const broken = brokenRule(param, number);
  return broken === undefined ? { ok: true, value: number } : refused(unlike(broken, typed));
}

/** Parses the text of a seed field, digit by digit: a double would round large ones. */
export function readTypedSeed(param: SeedParam, typed: string): TypedResult<Seed> {
  const readings = readingsOf(typed);
  const seeds = distinct(readings.map(toSeed).filter((seed) => seed !== undefined));
  const [seed, other] = seeds;
  if (readings.length === 0) return refused(texts.typed.notANumber(typed));
  if (seed === undefined) return refused(unlike(brokenRule(param, undefined), typed));
  return other === undefined ? { ok: true, value: seed } : refused(texts.typed.ambiguous(typed, seeds.map(String)));
}

function unlike(broken: ParamRule | undefined, typed: string): string {
  return texts.typed.expected(broken === undefined ? '' : texts.diagnostics.rule(broken), typed);
}

function refused(problem: string) {
  return { ok: false, problem } as const;
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}

/** 12,345 in a field of whole numbers can only be twelve thousand. */
function wholeOrAll(numbers: readonly number[]): readonly number[] {
  const whole = numbers.filter(Number.isInteger);
  return whole.length > 0 ? whole : numbers;
}

function toSeed(reading: string): Seed | undefined {
  const digits = /^\+?(\d+)(?:\.0*)?$/.exec(reading)?.[1];
  if (digits !== undefined) return readSeed(digits);
  const number = Number(reading);
  return Number.isSafeInteger(number) ? readSeed(String(number)) : undefined;
}

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DECIMAL_COMMA = /^[+-]?\d*,\d+$/;
// The last group has three digits; in India the others have two.
const GROUPS: readonly { readonly form: RegExp; readonly separator: string }[] = [
  { form: /^[+-]?\d{1,3}(?:'\d{2,3})*'\d{3}(?:[.,]\d*)?$/, separator: "'" },
  { form: /^[+-]?[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/, separator: ',' },
  { form: /^[+-]?[1-9]\d{0,2}(?:\.\d{2,3})*\.\d{3}(?:,\d*)?$/, separator: '.' },
];

/** Every number that the text can mean, as `Number` reads it; none if it is not a number. */
function readingsOf(typed: string): readonly string[] {
  const text = plainText(typed);
  const readings = PLAIN.test(text) ? [text] : [];
  if (DECIMAL_COMMA.test(text)) readings.push(text.replace(',', '.'));
  for (const { form, separator } of GROUPS) {
    if (form.test(text)) readings.push(text.replaceAll(separator, '').replace(',', '.'));
  }
  return readings;
}

/** With ASCII digits and signs: full-width, Arabic and other digits, and what people put between thousands. */
function plainText(typed: string): string {
  return typed
    .normalize('NFKC')
    .trim()
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)))
    .replace(/[−–‒]/g, '-')
    .replace(/٫/g, '.')
    .replace(/[\s’ʼ٬]/g, "'");
}

/** Unicode's decimal digits come in groups of ten, the zero first. */
function digitValue(codePoint: number): number {
  let zero = codePoint;
  while (codePoint - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return codePoint - zero;
}
