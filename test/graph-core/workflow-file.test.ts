import { readFileSync } from 'node:fs';
import { formatWorkflow, migrate, parseWorkflow, scanJson, type Workflow } from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomRuns } from '../support/test-seed.js';

function parsed(text: string): Workflow {
  const result = parseWorkflow(text);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

test('a file of version 1 still reads, and is saved as it was', () => {
  const saved = readFileSync(new URL('../fixtures/workflow-v1.json', import.meta.url), 'utf8');

  expect(formatWorkflow(parsed(saved))).toBe(saved);
});

test('lists deep inside one another are saved without spaces, which would be many times the file', () => {
  let layout: unknown = Array.from({ length: 1000 }, () => 1);
  for (let depth = 0; depth < 60; depth++) layout = [layout];
  const file = JSON.stringify({ format: 'unclip-workflow', version: 1, nodes: {}, layout: { layout } });

  const saved = formatWorkflow(parsed(file));

  expect(saved.length).toBeLessThan(file.length + 2);
  expect(formatWorkflow(parsed(saved))).toBe(saved);
});

test('unknown keys and node types survive load and save', () => {
  const key = fc.string({ minLength: 1 }).filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
  const extras = fc.dictionary(key, fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), { maxKeys: 4 });
  fc.assert(
    fc.property(extras, extras, extras, (top, node, layout) => {
      const file = {
        ...top,
        format: 'unclip-workflow',
        version: 1,
        title: 'T',
        nodes: { n: { ...node, type: 'FromTheFuture', title: 'N', mode: 'mute', inputs: {}, params: {} } },
        layout,
      };
      const once = formatWorkflow(parsed(JSON.stringify(file)));

      expect(JSON.parse(once)).toEqual(JSON.parse(JSON.stringify(file)));
      expect(formatWorkflow(parsed(once))).toBe(once);
    }),
  );
});

test('the order in which a file was written does not show in what is saved', () => {
  const one =
    '{"version":1,"nodes":{"b":{"type":"X"},"a":{"params":{"y":1,"x":-0},"type":"X"}},"format":"unclip-workflow"}';
  const two =
    '{"format":"unclip-workflow","nodes":{"a":{"type":"X","params":{"x":0,"y":1.0}},"b":{"type":"X"}},"version":1}';

  expect(formatWorkflow(parsed(one))).toBe(formatWorkflow(parsed(two)));
});

test('migrations are applied one version at a time, from the version of the file', () => {
  const steps = [
    (file: Readonly<Record<string, unknown>>) => ({ ...file, second: true }),
    (file: Readonly<Record<string, unknown>>) => ({ ...file, third: file['second'] }),
  ];

  expect(migrate({ version: 1 }, 1, steps)).toEqual({ version: 3, second: true, third: true });
  expect(migrate({ version: 2, second: 'kept' }, 2, steps)).toEqual({ version: 3, second: 'kept', third: 'kept' });
});

describe('a mistake in the JSON', () => {
  const fault = (name: string) =>
    readFileSync(new URL(`../fixtures/faults/workflows/${name}`, import.meta.url), 'utf8');

  test.each([
    ['NaN', fault('nan.json'), { line: 65, column: 17, reason: 'expected a value, got "NaN"' }],
    ['a comment', fault('comment.json'), { line: 1, column: 1, reason: 'expected a value, got a comment' }],
    ['-Infinity', '{\n "a": -Infinity}', { line: 2, column: 7, reason: 'expected a value, got "-Infinity"' }],
    ['a comma too many', '{"a": [1,\n]}', { line: 2, column: 1, reason: 'expected a value, got "]"' }],
    [
      'a comma behind the last key',
      '{"a": 1,}',
      { line: 1, column: 9, reason: 'expected a key in double quotes, got "}"' },
    ],
    ['single quotes', "{'a': 1}", { line: 1, column: 2, reason: 'expected a key in double quotes, got "\'"' }],
    ['no comma', '{"a": 1\n"b": 2}', { line: 2, column: 1, reason: 'expected "," or "}", got "\\""' }],
    ['a text behind the end', '{}\r\n{}', { line: 2, column: 1, reason: 'expected the end, got "{"' }],
    ['an open text', '{"a": "b', { line: 1, column: 7, reason: 'the quotation mark is never closed' }],
    ['an unknown escape', '["\\x41"]', { line: 1, column: 3, reason: '"\\\\x" is no escape' }],
    ['a leading zero', '[012]', { line: 1, column: 2, reason: 'expected a value, got "012"' }],
    ['a number beyond all doubles', '[1, 1e999]', { line: 1, column: 5, reason: 'the number "1e999" is too large' }],
    ['nothing', '', { line: 1, column: 1, reason: 'expected a value, got the end of the text' }],
  ])('is placed where it is: %s', (_, text, place) => {
    expect(scanJson(text)).toEqual({ code: 'invalid-json', ...place });
  });

  test('such as a key that is there twice is found however it is escaped', () => {
    expect(parseWorkflow(fault('dup-escaped.json'))).toEqual({
      ok: false,
      diagnostics: [{ code: 'duplicate-key', key: 'a', line: 1, column: 98 }],
    });
  });

  test('is found where JSON.parse finds one, and nowhere else', () => {
    const edited = fc
      .tuple(
        fc.json({ noUnicodeString: false }),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\0-.eE+u1 tn\n')), { maxLength: 3 }),
      )
      .map(([text, edits]) =>
        edits.reduce((now, [at, letter]) => {
          const place = at % (now.length + 1);
          return now.slice(0, place) + letter + now.slice(place + (at % 2));
        }, text),
      );
    fc.assert(
      fc.property(edited, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const mistake = scanJson(text);
        const isOurs =
          mistake?.code === 'duplicate-key' || (mistake && 'reason' in mistake && /too large/.test(mistake.reason));
        // What we refuse and JSON.parse does not may stand before a mistake of both.
        if (!isOurs) expect(mistake === undefined).toBe(isJson);
      }),
      { numRuns: randomRuns(600) },
    );
  });
});
