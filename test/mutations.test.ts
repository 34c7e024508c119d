import { describe, expect, test } from 'vitest';
import { drawMutations } from './mutants/draw.js';
import { findMutations } from './mutants/mutations.js';

// What `npm run test:mutants` changes; the run itself takes far longer than a test may.

describe('the mutations of a file', () => {
  test.each([
    ['a comparison is turned', 'if (a < b) go();', ['if (a <= b) go();', 'if (a >= b) go();']],
    ['equality too', 'const same = a === b;', ['const same = a !== b;']],
    ['an early exit is dropped', 'function f() { if (isOver) return; go(); }', ['function f() { {} go(); }']],
    ['a condition loses its first half', 'const x = isOpen && isWide;', ['const x = isWide;']],
    [
      'a number is changed, a large one by more',
      'const x = [3, 500];',
      ['const x = [4, 500];', 'const x = [3, 1000];'],
    ],
    ['a boolean is turned', 'const isOpen = true;', ['const isOpen = false;']],
    ['a promise is not waited for', 'async function f() { await save(); }', ['async function f() { save(); }']],
    ['an event is not sent', 'this.#hub.send(event);', [';']],
    ['a file is not synced', 'await file.sync();', ['file.sync();', ';']],
  ])('%s', (_, text, after) => {
    expect(findMutations('a.ts', text).map((mutation) => mutation.after)).toEqual(expect.arrayContaining(after));
  });

  test.each([
    ['types', 'type Size = 3 | 4; let size: 5;'],
    ['the names of imports', "import { a } from './1.js';"],
    ['looks', 'const icon = <Icon size={16} />;'],
    ['what the caller waits for anyway', 'async function f() { return await load(); }'],
  ])('%s are not mutated', (_, text) => {
    expect(findMutations('a.tsx', text)).toEqual([]);
  });

  test('name the functions around them as V8 does, which the coverage map goes by', () => {
    const text =
      'class Store { constructor() { this.n = 1; } #read() { list(() => 2); } }\nconst find = () => 3;\nlet x = 4;';

    expect(findMutations('a.ts', text).map(({ line, scopes }) => [line, ...scopes])).toEqual([
      [1, 'Store', ''],
      [1, '#read', ''],
      [2, 'find', ''],
      [3, ''],
    ]);
  });
});

test('the same seed draws the same mutations, no place twice', () => {
  const text = Array.from({ length: 50 }, (_, index) => `const v${index} = a${index} < b && c(true);`).join('\n');
  const all = findMutations('a.ts', text);
  const draw = (seed: number) => [...drawMutations(all, seed)].map(({ start, text: to }) => `${start} ${to}`);

  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(1).map((drawn) => drawn.split(' ')[0])).size).toBe(draw(1).length);
});
