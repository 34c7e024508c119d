import { createHash } from 'node:crypto';
import { createCatalog, createDefineNode, type EvaluableNode, type Workflow } from '@unclip-studio/graph-core';

/** Port types of the stub nodes: whole numbers and texts. */
interface StubTypes {
  readonly number: number;
  readonly text: string;
}

export interface StubServices {
  /** Called with the value each time a stub node is evaluated. */
  onEvaluate(type: string, value: unknown): void;
}

const defineStub = createDefineNode<StubTypes, StubServices>();

/** Gives its param. */
const constant = defineStub({
  type: 'Constant',
  version: 1,
  title: 'Constant',
  description: 'Gives a number.',
  category: 'stub',
  inputs: {},
  outputs: { value: { type: 'number', help: 'The number.' } },
  params: { value: { kind: 'integer', default: 0, min: -1e9, max: 1e9, help: 'The number.' } },
  async evaluate({ params }, { services }) {
    services.onEvaluate('Constant', params.value);
    return { value: params.value };
  },
});

/** Gives left + right + its param. */
const add = defineStub({
  type: 'Add',
  version: 1,
  title: 'Add',
  description: 'Adds numbers.',
  category: 'stub',
  inputs: {
    left: { type: 'number', help: 'A number.' },
    right: { type: 'number', help: 'Another number.', optional: true },
  },
  outputs: { value: { type: 'number', help: 'The sum.' } },
  params: { plus: { kind: 'integer', default: 0, min: -1e9, max: 1e9, help: 'Added too.' } },
  async evaluate({ inputs, params }, { services }) {
    const value = inputs.left + (inputs.right ?? 0) + params.plus;
    services.onEvaluate('Add', value);
    return { value };
  },
});

/** Turns a number into a text. */
const print = defineStub({
  type: 'Print',
  version: 1,
  title: 'Print',
  description: 'Writes a number as a text.',
  category: 'stub',
  inputs: { number: { type: 'number', help: 'The number.' } },
  outputs: { text: { type: 'text', help: 'The text.' } },
  params: { style: { kind: 'choice', default: 'plain', options: ['plain', 'loud'], help: 'How.' } },
  async evaluate({ inputs, params }) {
    return { text: params.style === 'loud' ? `${inputs.number}!` : `${inputs.number}` };
  },
});

/** Reads a text for its effect. */
const show = defineStub({
  type: 'Show',
  version: 1,
  title: 'Show',
  description: 'Shows a text.',
  category: 'stub',
  inputs: { text: { type: 'text', help: 'What to show.' } },
  outputs: {},
  params: { picture: { kind: 'image', default: '', help: 'A frame around it.' } },
  sideEffects: true,
  async evaluate({ inputs }, { services, publish }) {
    services.onEvaluate('Show', inputs.text);
    publish({ location: `shown/${inputs.text}`, mediaType: 'text/plain', widthPx: 0, heightPx: 0 });
    return {};
  },
});

/** Sweeps numbers: lists them, with what they were made for. */
const collect = defineStub({
  type: 'Collect',
  version: 1,
  title: 'Collect',
  description: 'Lists a number for each value of a param.',
  category: 'stub',
  inputs: { number: { type: 'number', help: 'The number.' } },
  outputs: { text: { type: 'text', help: 'The numbers.' }, first: { type: 'number', help: 'The first of them.' } },
  params: {
    x: { kind: 'text', default: '', maxLength: 100, help: 'A param.' },
    xValues: { kind: 'text', default: '', maxLength: 1000, help: 'Its values.' },
    y: { kind: 'text', default: '', maxLength: 100, help: 'Another param.' },
    yValues: { kind: 'text', default: '', maxLength: 1000, help: 'Its values.' },
  },
  expands: { kind: 'sweep', input: 'number' },
  async evaluate({ inputs, params }, { services }) {
    const numbers: readonly number[] = Object.values(inputs);
    services.onEvaluate('Collect', numbers);
    const axes = [params.x, params.xValues, params.y, params.yValues].join('/').replaceAll('\n', ',');
    return { text: `${axes}: ${numbers.join(' ')}`, first: numbers[0] ?? 0 };
  },
});

const STUB_NODES: readonly EvaluableNode<StubServices>[] = [constant, add, print, show, collect];

export const stubCatalog = createCatalog(STUB_NODES);

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function workflowOf(nodes: Workflow['nodes']): Workflow {
  return { format: 'unclip-workflow', version: 1, nodes };
}
