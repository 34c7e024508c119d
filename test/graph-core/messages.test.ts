import { describeDiagnostic, parseWorkflow, planRun, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { stubCatalog, workflowOf } from '../support/stub-nodes.js';

function messages(nodes: Workflow['nodes'], targets?: readonly string[]): readonly string[] {
  const plan = planRun(workflowOf(nodes), stubCatalog, targets);
  return plan.ok ? [] : plan.diagnostics.map(describeDiagnostic);
}

function parseMessages(text: string): readonly string[] {
  const parsed = parseWorkflow(text);
  return parsed.ok ? [] : parsed.diagnostics.map(describeDiagnostic);
}

describe('the words for a wrong graph', () => {
  test('name all problems at once, in the order of the file', () => {
    expect(
      messages({
        b: { type: 'Ad', inputs: {} },
        a: { type: 'Add', inputs: { left: 'ghost.value', middle: 'c.value' }, params: { plus: 1.5, minus: 1 } },
        c: { type: 'Add' },
      }),
    ).toEqual([
      'Node "b" (Ad): there is no node type "Ad". Did you mean "Add"? See all with: unclip nodes',
      'Node "a" (Add), param "plus": expected a whole number from -1000000000 to 1000000000, got 1.5.',
      'Node "a" (Add): it has no param "minus". Its params are "plus".',
      'Node "a" (Add), input "left": there is no node "ghost". Connect it to a node of this workflow.',
      'Node "a" (Add): it has no input "middle". Its inputs are "left", "right".',
      'Node "c" (Add), input "left": expected number, got nothing. Connect Constant, Add or Collect.',
    ]);
  });

  test('do not report unknown node types that no requested target needs', () => {
    const nodes: Workflow['nodes'] = {
      one: { type: 'Constant' },
      sum: { type: 'Add', inputs: { left: 'one.value' } },
      odd: { type: 'Unheard', inputs: { of: 'one.value' } },
      after: { type: 'Add', inputs: { left: 'odd.value' } },
    };
    const unknown = 'Node "odd" (Unheard): there is no node type "Unheard". See all with: unclip nodes';

    expect(messages(nodes)).toEqual([unknown]);
    expect(messages(nodes, ['sum'])).toEqual([]);
    expect(messages(nodes, ['after'])).toEqual([unknown]);
    expect(messages(nodes, ['sum', 'odd'])).toEqual([unknown]);
  });

  test('say what to put between two ports that do not fit', () => {
    expect(
      messages({
        one: { type: 'Constant' },
        shown: { type: 'Show', inputs: { text: 'one.value' }, params: { picture: 'x.png' } },
      }),
    ).toEqual([
      'Node "shown" (Show), input "text": expected text, got number from "one.value". Put Print or Collect between them.',
    ]);
  });

  test('walk a circle along its links', () => {
    expect(
      messages({
        b: { type: 'Add', inputs: { left: 'a.value' } },
        c: { type: 'Add', inputs: { left: 'b.value' } },
        a: { type: 'Add', inputs: { left: 'c.value' } },
      }),
    ).toEqual(['The nodes "a" -> "b" -> "c" -> "a" form a cycle. Remove one of these links.']);
  });

  test('name an output that does not exist, and the existing ones', () => {
    expect(messages({ one: { type: 'Constant' }, two: { type: 'Add', inputs: { left: 'one.sum' } } })).toEqual([
      'Node "two" (Add), input "left": node "one" has no output "sum". Its outputs are "value".',
    ]);
  });

  test('explain a bypass without a suitable input', () => {
    expect(
      messages({ one: { type: 'Constant', mode: 'bypass' }, two: { type: 'Add', inputs: { left: 'one.value' } } }),
    ).toEqual([
      'Node "one" (Constant) is bypassed, but no connected input of type number can stand in for its output "value". Switch the bypass off, or connect such an input.',
    ]);
  });

  test('leave aside a bypassed node of an unknown type that nothing reads', () => {
    const strange = { type: 'Strange', mode: 'bypass' } as const;
    expect(messages({ one: { type: 'Constant' }, strange })).toEqual([]);
    expect(messages({ strange, two: { type: 'Add', inputs: { left: 'strange.value' } } })).toEqual([
      expect.stringContaining('there is no node type "Strange"'),
    ]);
  });

  test('help with a mistyped target', () => {
    expect(messages({ decode: { type: 'Constant' } }, ['decoed'])).toEqual([
      'There is no node "decoed" to run. Did you mean "decode"? Name a node of this workflow.',
    ]);
  });

  test('ask for an image that was not chosen', () => {
    expect(
      messages({
        one: { type: 'Constant' },
        text: { type: 'Print', inputs: { number: 'one.value' } },
        shown: { type: 'Show', inputs: { text: 'text.text' } },
      }),
    ).toEqual(['Node "shown" (Show), param "picture": expected the name of an image, got nothing.']);
  });
});

describe('the message for a file that is not a workflow', () => {
  test('point at the line and column of broken JSON', () => {
    expect(parseMessages('{\n  "format": "unclip-workflow",\n  "nodes": {,}\n}')).toEqual([
      expect.stringMatching(
        /^The file is not JSON \(line 3, column 13\): [^.]{5,60}\. Fix it there, or export the workflow again\.$/,
      ),
    ]);
    expect(parseMessages('{ "format": ')).toEqual([
      expect.stringMatching(
        /^The file is not JSON \(line 1, column 13\): [^.]{5,60}\. Fix it there, or export the workflow again\.$/,
      ),
    ]);
  });

  test('distinguish another format and a newer version', () => {
    expect(parseMessages('{"format":"photo"}')).toEqual([
      'The file is not a workflow: expected "format": "unclip-workflow", got "photo". Open a file saved by unclip-studio.',
    ]);
    expect(parseMessages('{"format":"unclip-workflow","version":7,"nodes":{}}')).toEqual([
      'The workflow has version 7; this program reads versions up to 1. Update unclip-studio.',
    ]);
  });

  test('refuse a key given twice, which JSON would drop in silence', () => {
    expect(parseMessages('{"format":"unclip-workflow","version":1,\n"nodes":{"a":{},"a":{}}}')).toEqual([
      'The key "a" is given twice in one object (line 2, column 17). Rename or remove one of the two.',
    ]);
  });

  test('refuse nesting without end before anything walks it', () => {
    const deep = `{"format":"unclip-workflow","version":1,"nodes":${'['.repeat(5_000_000)}`;

    expect(parseMessages(deep)).toEqual([
      'The file nests more than 64 levels (line 1, column 112). A workflow needs fewer than ten; is it the right file?',
    ]);
  });

  test('name every part of wrong form', () => {
    const file = {
      format: 'unclip-workflow',
      version: 1,
      title: 5,
      nodes: { 'a b': {}, c: [], d: { type: 'X', mode: 'off', inputs: { i: 3 } } },
    };

    expect(parseMessages(JSON.stringify(file))).toEqual([
      '"title": expected a text, got 5. Correct it in the file.',
      'Node id "a b": expected 1 to 64 letters, digits, "_" or "-". Rename the node.',
      'Node "c": expected an object with a "type", got a list of 0. Correct it in the file.',
      'Node "d", "mode": expected "bypass" or "mute", got "off". Correct it in the file.',
      'Node "d", input "i": expected a source written "node.output", got 3. Correct it in the file.',
    ]);
  });
});
