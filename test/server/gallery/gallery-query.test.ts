import { GalleryQueryError, parseGalleryQuery, toSqlFilter } from '@unclip-studio/server';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storeRig } from '../../support/store-rig.js';

const PARAMS = ['steps', 'seed', 'scheduler', 'guidanceScale', 'image'];
const parse = (text: string) => parseGalleryQuery(text, PARAMS);
const conditions = (text: string) => parse(text).map(({ condition }) => condition);

describe('a search', () => {
  test('of words asks for each of them', () => {
    expect(conditions('red  heart')).toEqual([
      { kind: 'text', field: 'any', words: 'red' },
      { kind: 'text', field: 'any', words: 'heart' },
    ]);
  });

  test('takes words in quotation marks as one', () => {
    expect(conditions('"red heart" prompt:"blue sky"')).toEqual([
      { kind: 'text', field: 'any', words: 'red heart' },
      { kind: 'text', field: 'prompt', words: 'blue sky' },
    ]);
  });

  test('turns around what stands behind a minus', () => {
    expect(parse('-cat heart').map(({ isNegated }) => isNegated)).toEqual([true, false]);
  });

  test('compares settings, whatever the case they are written in', () => {
    expect(conditions('Steps>=20 guidancescale<3.5 scheduler:DDIM')).toEqual([
      { kind: 'param', name: 'steps', comparison: '>=', value: '20' },
      { kind: 'param', name: 'guidancescale', comparison: '<', value: '3.5' },
      { kind: 'param', name: 'scheduler', comparison: '=', value: 'ddim' },
    ]);
  });

  test('takes a year, a month and a day for all of it', () => {
    const day = Date.UTC(2026, 10, 24);

    expect(conditions('date:2026-11-24')).toEqual([{ kind: 'time', fromMs: day, toMs: day + 86_400_000 }]);
    expect(conditions('date:2026-12')).toEqual([{ kind: 'time', fromMs: Date.UTC(2026, 11), toMs: Date.UTC(2027, 0) }]);
    expect(conditions('date<2026')).toEqual([{ kind: 'time', fromMs: 0, toMs: Date.UTC(2026, 0) }]);
    expect(conditions('date>2026')[0]).toMatchObject({ fromMs: Date.UTC(2027, 0) });
  });

  test.each([
    ['stepz>20', 'Did you mean steps?'],
    ['steps>many', 'expected a number behind >'],
    ['is:nice', 'expected one of is:starred and is:deleted'],
    ['date:yesterday', 'such as date:2026-11-24'],
    ['date:2026-13', 'expected a year, a month or a day'],
    ['steps=', 'has no value'],
    ['"red heart', 'is never closed'],
  ])('that says %s is told what was expected', (text, words) => {
    expect(() => parse(text)).toThrow(GalleryQueryError);
    expect(() => parse(text)).toThrow(words);
  });

  test('of anything at all is read or refused in words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        try {
          expect(parse(text).length).toBeLessThanOrEqual(text.length);
        } catch (error) {
          expect(error).toBeInstanceOf(GalleryQueryError);
        }
      }),
    );
  });
});

test.each(['', 'heart', 'steps>20', '-model:tiny', 'is:starred', 'date:2026-11', 'is:deleted'])(
  'a search for "%s" finds its pictures by an index',
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
