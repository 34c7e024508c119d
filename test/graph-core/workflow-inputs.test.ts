import {
  applyInputs,
  describeDiagnostic,
  describeInputs,
  parseWorkflow,
  planRun,
  readValueList,
  type Workflow,
} from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { stubCatalog, workflowOf } from '../support/stub-nodes.js';

const SUM: Workflow = {
  ...workflowOf({
    one: { type: 'Constant', params: { value: 3 } },
    two: { type: 'Add', inputs: { left: 'one.value' } },
    text: { type: 'Print', inputs: { number: 'two.value' } },
  }),
  inputs: { start: { to: ['one.value', 'two.plus'], label: 'Where to start' }, style: { to: ['text.style'] } },
};

function problemsOf(inputs: Workflow['inputs'] & object): readonly string[] {
  const plan = planRun({ ...SUM, inputs }, stubCatalog);
  return plan.ok ? [] : plan.diagnostics.map(describeDiagnostic);
}

describe("a workflow's inputs", () => {
  test('have kind, limits, help and value of the params that they name', () => {
    const [start, style] = describeInputs(SUM, stubCatalog);

    expect(start).toMatchObject({ name: 'start', label: 'Where to start', help: 'The number.', value: 3 });
    expect(start?.param).toMatchObject({ kind: 'integer', min: -1e9, max: 1e9 });
    expect(style).toMatchObject({ name: 'style', label: 'style', help: 'How.', value: 'plain' });
  });

  test('set each of their params, and nothing else', () => {
    const applied = applyInputs(SUM, { start: 5 }, stubCatalog);

    expect(applied.ok && applied.value.nodes).toEqual({
      ...SUM.nodes,
      one: { type: 'Constant', params: { value: 5 } },
      two: { type: 'Add', inputs: { left: 'one.value' }, params: { plus: 5 } },
    });
  });

  test('refuse what does not fit, all at once', () => {
    const applied = applyInputs(SUM, { start: 1.5, stile: 'loud', toString: 1 }, stubCatalog);

    expect(applied.ok ? [] : applied.diagnostics.map(describeDiagnostic)).toEqual([
      'Workflow input "start": expected a whole number from -1000000000 to 1000000000, got 1.5.',
      'The workflow has no input "stile". Did you mean "style"? Its inputs are "start", "style".',
      'The workflow has no input "toString". Its inputs are "start", "style".',
    ]);
  });

  test('that name no param, or unlike ones, keep the workflow from running', () => {
    expect(problemsOf({ a: { to: ['one.values'] }, b: { to: ['one.value', 'text.style'] } })).toEqual([
      'Workflow input "a": there is no param "one.values". Name a param of a node as "node.param", or remove the input.',
      'Workflow input "b": the params "one.value" and "text.style" do not take the same values. Make two inputs of them.',
    ]);
  });

  test('malformed ones are reported when the file is read', () => {
    const file = { ...SUM, inputs: { 'no name': { to: ['one.value'] }, a: { to: 'one.value' }, b: { to: ['one'] } } };
    const parsed = parseWorkflow(JSON.stringify(file));

    expect(parsed.ok ? [] : parsed.diagnostics.map(describeDiagnostic)).toEqual([
      'Workflow input "no name": expected a name of 1 to 64 letters, digits, "_" or "-", got "no name". Correct it in the file.',
      'Workflow input "a", "to": expected a list of params, each written "node.param", got "one.value". Correct it in the file.',
      'Workflow input "b", "to": expected a list of params, each written "node.param", got a list of 1. Correct it in the file.',
    ]);
  });
});

describe('a list of values', () => {
  const number = { kind: 'number', default: 0, min: -10, max: 1000, help: '' } as const;

  test('is one a line, with commas, and in ranges that include both ends', () => {
    expect(readValueList(number, '1, 2.5\n 7')).toEqual([1, 2.5, 7]);
    expect(readValueList(number, '0..1000 step 250')).toEqual([0, 250, 500, 750, 1000]);
    expect(readValueList(number, '0.1..0.5 step 0.1')).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(readValueList(number, '3..1')).toEqual([3, 2, 1]);
    expect(readValueList({ kind: 'seed', default: 0, help: '' }, '1..4')).toEqual([1, 2, 3, 4]);
  });

  test('of texts keeps commas, dots and empty lines', () => {
    const text = { kind: 'text', default: '', maxLength: 100, help: '' } as const;

    expect(readValueList(text, 'a cat, a dog\n\n1..3\n')).toEqual(['a cat, a dog', '', '1..3']);
  });

  test('says what is wrong with it', () => {
    expect(readValueList(number, '1..x')).toBe('expected a range such as 1..8 or 0..1000 step 250, got "1..x".');
    expect(readValueList(number, '1, 2000')).toBe('expected a number from -10 to 1000, got "2000".');
    expect(readValueList(number, ' \n')).toBe('expected one value or more, got none.');
  });
});
