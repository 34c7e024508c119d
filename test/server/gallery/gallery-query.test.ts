import { createLocalDates, GalleryQueryError, parseGalleryQuery, toSqlFilter } from '@unclip-studio/server';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../support/any-character.js';
import { storeRig } from '../../support/store-rig.js';

const PARAMS = ['steps', 'seed', 'scheduler', 'guidanceScale', 'image'];
// Half past eleven in the evening in Berlin, on the 29th.
const NOW_MS = Date.UTC(2026, 10, 29, 22, 30);
const parse = (text: string, timeZone = 'UTC') => parseGalleryQuery(text, PARAMS, { nowMs: NOW_MS, timeZone });
const conditions = (text: string, timeZone?: string) => parse(text, timeZone).map(({ condition }) => condition);
const span = (text: string, timeZone?: string) => {
  const [time] = conditions(text, timeZone);
  return time?.kind === 'time' ? [time.fromMs, time.toMs].map((ms) => new Date(ms).toISOString()) : [];
};

describe('a search', () => {
  test('of words asks for each of them', () => {
    expect(conditions('red  heart')).toEqual([
      { kind: 'text', field: 'any', words: 'red' },
      { kind: 'text', field: 'any', words: 'heart' },
    ]);
  });

  test('treats words in quotation marks as one', () => {
    expect(conditions('"red heart" prompt:"blue sky"')).toEqual([
      { kind: 'text', field: 'any', words: 'red heart' },
      { kind: 'text', field: 'prompt', words: 'blue sky' },
    ]);
  });

  test('negates what follows a minus', () => {
    expect(parse('-cat heart').map(({ isNegated }) => isNegated)).toEqual([true, false]);
  });

  test('compares settings, case-insensitively', () => {
    expect(conditions('Steps>=20 guidancescale<3.5 scheduler:DDIM')).toEqual([
      { kind: 'param', name: 'steps', comparison: '>=', value: '20' },
      { kind: 'param', name: 'guidancescale', comparison: '<', value: '3.5' },
      { kind: 'param', name: 'scheduler', comparison: '=', value: 'ddim' },
    ]);
  });

  test('a year, a month and a day mean all of it', () => {
    const day = Date.UTC(2026, 10, 24);

    expect(conditions('date:2026-11-24')).toEqual([{ kind: 'time', fromMs: day, toMs: day + 86_400_000 }]);
    expect(conditions('date:2026-12')).toEqual([{ kind: 'time', fromMs: Date.UTC(2026, 11), toMs: Date.UTC(2027, 0) }]);
    expect(conditions('date<2026')).toEqual([{ kind: 'time', fromMs: 0, toMs: Date.UTC(2026, 0) }]);
    expect(conditions('date>2026')[0]).toMatchObject({ fromMs: Date.UTC(2027, 0) });
  });

  test('today and yesterday are the days of the client', () => {
    expect(span('date:today', 'Europe/Berlin')).toEqual(['2026-11-28T23:00:00.000Z', '2026-11-29T23:00:00.000Z']);
    expect(span('date:yesterday', 'Europe/Berlin')).toEqual(['2026-11-27T23:00:00.000Z', '2026-11-28T23:00:00.000Z']);
    // There it is half past seven in the morning of the 30th.
    expect(span('date:Today', 'Asia/Tokyo')).toEqual(['2026-11-29T15:00:00.000Z', '2026-11-30T15:00:00.000Z']);
    expect(span('date<yesterday', 'Asia/Tokyo')[1]).toBe('2026-11-28T15:00:00.000Z');
  });

  test('means by the week the one from Monday to Sunday in which somebody asks', () => {
    // The 29th is a Sunday; in Tokyo Monday has begun.
    expect(span('date:week', 'Europe/Berlin')).toEqual(['2026-11-22T23:00:00.000Z', '2026-11-29T23:00:00.000Z']);
    expect(span('date:week', 'Asia/Tokyo')).toEqual(['2026-11-29T15:00:00.000Z', '2026-12-06T15:00:00.000Z']);
    // Over the end of a year.
    const newYear = { nowMs: Date.UTC(2027, 0, 1, 12), timeZone: 'UTC' };
    expect(parseGalleryQuery('date:week', [], newYear)).toMatchObject([
      { condition: { fromMs: Date.UTC(2026, 11, 28), toMs: Date.UTC(2027, 0, 4) } },
    ]);
  });

  test('takes what other programs call settings, and boards by their names', () => {
    expect(conditions('cfg>7 sampler:ddim neg:blurry ckpt:h board:"Two hearts"')).toEqual([
      { kind: 'param', name: 'guidancescale', comparison: '>', value: '7' },
      { kind: 'param', name: 'scheduler', comparison: '=', value: 'ddim' },
      { kind: 'text', field: 'negative', words: 'blurry' },
      { kind: 'text', field: 'model', words: 'h' },
      { kind: 'board', name: 'Two hearts' },
    ]);
  });

  test('supports days of 23 and 25 hours, days that begin at one, and zones with fractional hours', () => {
    const hours = (text: string, timeZone: string) => {
      const [from = '', to = ''] = span(text, timeZone);
      return (Date.parse(to) - Date.parse(from)) / 3_600_000;
    };

    expect(hours('date:2026-03-29', 'Europe/Berlin')).toBe(23);
    expect(hours('date:2026-10-25', 'Europe/Berlin')).toBe(25);
    expect(hours('date:2026-11-01', 'America/New_York')).toBe(25);
    // Clocks went from midnight to one.
    expect(span('date:2024-04-26', 'Africa/Cairo')[0]).toBe('2024-04-25T22:00:00.000Z');
    expect(hours('date:2024-04-26', 'Africa/Cairo')).toBe(23);
    expect(span('date:2026-01-01', 'Asia/Kathmandu')[0]).toBe('2025-12-31T18:15:00.000Z');
  });

  test('supports ranges with both ends, or open ones', () => {
    expect(span('date:2026-11-24..2026-11-25')).toEqual(['2026-11-24T00:00:00.000Z', '2026-11-26T00:00:00.000Z']);
    expect(span('date:2026-10..yesterday')).toEqual(['2026-10-01T00:00:00.000Z', '2026-11-29T00:00:00.000Z']);
    expect(span('date:2025..2026')).toEqual(['2025-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z']);
    expect(conditions('date:..2025')).toEqual([{ kind: 'time', fromMs: 0, toMs: Date.UTC(2026, 0) }]);
    expect(conditions('date:2026..')).toMatchObject([{ fromMs: Date.UTC(2026, 0), toMs: Number.MAX_SAFE_INTEGER }]);
  });

  test('matches a checkpoint by its whole name on request', () => {
    expect(conditions('model="sd 2" model:sd')).toEqual([
      { kind: 'model', name: 'sd 2' },
      { kind: 'text', field: 'model', words: 'sd' },
    ]);
  });

  test.each([
    ['stepz>20', 'Did you mean steps?'],
    ['steps>many', 'expected a number behind >'],
    ['is:nice', 'expected one of is:starred and is:deleted'],
    ['date:tomorrow', 'such as date:2026-11-24'],
    ['date:2026-02-30', 'expected a day, month or year'],
    ['date:2026-12..2026-11', 'the range ends before it begins'],
    ['date:..', 'expected a day, month or year'],
    ['date>2026-11..2026-12', 'expected a day, month or year'],
    ['date:2026-13', 'expected a day, month or year'],
    ['steps=', 'has no value'],
    ['"red heart', 'is never closed'],
  ])('with %s reports what was expected', (text, words) => {
    expect(() => parse(text)).toThrow(GalleryQueryError);
    expect(() => parse(text)).toThrow(words);
  });

  test('any text is parsed or rejected with a message', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 60 }), (text) => {
        try {
          expect(parse(text).length).toBeLessThanOrEqual(text.length);
        } catch (error) {
          expect(error).toBeInstanceOf(GalleryQueryError);
        }
      }),
    );
  });
});

test.each(['', 'heart', 'steps>20', '-model:tiny', 'model=tiny', 'is:starred', 'date:2026-11', 'is:deleted'])(
  'a search for "%s" finds its images by an index',
  async (text) => {
    const { database } = await storeRig();
    const { where, values } = toSqlFilter(parse(text));

    const plan = database.all<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT number FROM outputs WHERE ${where} AND number <= ? ORDER BY number DESC LIMIT 100`,
      [...values, 1e9],
    );

    expect(plan.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN outputs'))).toEqual([]);
  },
);

test('months are those of a calendar, newest first, and follow each other without a gap', () => {
  const { monthsBetween } = createLocalDates('America/Los_Angeles');

  const months = monthsBetween(Date.UTC(2025, 10, 1, 3), Date.UTC(2026, 1, 1, 3));

  expect(months.map(({ month }) => month)).toEqual(['2026-01', '2025-12', '2025-11', '2025-10']);
  for (const [i, { fromMs }] of months.entries()) expect(months[i + 1]?.toMs ?? fromMs).toBe(fromMs);
});
