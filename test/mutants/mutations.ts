import { parseSync } from 'oxc-parser';

export type MutationKind = 'comparison' | 'guard' | 'constant' | 'await' | 'event' | 'sync';

/** One small change of a source file. */
export interface Mutation {
  /** From the root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly kind: MutationKind;
  /** The characters of the file that are replaced, and by what. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The expression or statement around them, on one line. */
  readonly before: string;
  readonly after: string;
  /** The named functions around it, innermost first, then '' for the module itself. */
  readonly scopes: readonly string[];
}

interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

type Change = Pick<Mutation, 'kind' | 'start' | 'end' | 'text'>;

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
};
const EVENT_CALL =
  /^#?(emit|send|announce|publish|notify|broadcast|postMessage|dispatch|(tell|say|report|post)[A-Za-z]*|on[A-Z][A-Za-z]*)$/;
const SYNC_CALL = /^#?(sync|datasync|fsync|fdatasync|fsyncSync|fdatasyncSync|sync[A-Z][A-Za-z]*)$/;
const EXITS = ['ReturnStatement', 'ThrowStatement', 'ContinueStatement', 'BreakStatement'];
// Types have no effect at run time; those that contain an expression are traversed.
const TYPED_EXPRESSIONS = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'];
const SHOWN_CHARACTERS = 70;

/**
 * Lists all mutations of a file. Numbers in JSX attributes are skipped: sizes of icons and the like only affect the
 * appearance.
 *
 * @param text TypeScript, TSX if the file's name says so
 */
export function findMutations(file: string, text: string): readonly Mutation[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: Mutation[] = [];
  walk(program as unknown as AstNode, [], (node, parents) => {
    for (const change of changesOf(node, parents, text)) {
      const shown = shownNode(node, parents);
      const after = text.slice(shown.start, change.start) + change.text + text.slice(change.end, shown.end);
      found.push({
        ...change,
        file,
        line: text.slice(0, change.start).split('\n').length,
        before: oneLine(text.slice(shown.start, shown.end)),
        after: oneLine(after),
        scopes: [...parents.flatMap(nameOfFunction).reverse(), ''],
      });
    }
  });
  return found;
}

function walk(node: AstNode, parents: readonly AstNode[], visit: (node: AstNode, parents: readonly AstNode[]) => void) {
  if (node.type.startsWith('TS') && !TYPED_EXPRESSIONS.includes(node.type)) return;
  if (node.type.startsWith('Import') && node.type !== 'ImportExpression') return;
  visit(node, parents);
  const inner = [...parents, node];
  for (const child of Object.values(node).flat()) {
    if (isNode(child)) walk(child, inner, visit);
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as AstNode).type === 'string';
}

function changesOf(node: AstNode, parents: readonly AstNode[], text: string): readonly Change[] {
  const parent = parents.at(-1);
  switch (node.type) {
    case 'BinaryExpression':
      return comparisonsOf(node, text);
    case 'IfStatement':
      return isEarlyExit(node) ? [{ kind: 'guard', start: node.start, end: node.end, text: '{}' }] : [];
    case 'LogicalExpression': {
      if (node['operator'] === '??') return [];
      const right = node['right'] as AstNode;
      return [{ kind: 'guard', start: node.start, end: right.start, text: '' }];
    }
    case 'AwaitExpression': {
      // What is returned is awaited by the caller anyway.
      if (parent?.type === 'ReturnStatement' || parent?.type === 'ArrowFunctionExpression') return [];
      return [{ kind: 'await', start: node.start, end: (node['argument'] as AstNode).start, text: '' }];
    }
    case 'Literal':
      return constantsOf(node, parents);
    case 'ExpressionStatement': {
      const name = calledName(node['expression'] as AstNode);
      const { start, end } = node;
      if (EVENT_CALL.test(name)) return [{ kind: 'event', start, end, text: ';' }];
      return SYNC_CALL.test(name) ? [{ kind: 'sync', start, end, text: ';' }] : [];
    }
    default:
      return [];
  }
}

function comparisonsOf(node: AstNode, text: string): readonly Change[] {
  const operator = node['operator'] as string;
  const start = text.indexOf(operator, (node['left'] as AstNode).end);
  const others = COMPARISONS[operator] ?? [];
  return others.map((other) => ({ kind: 'comparison', start, end: start + operator.length, text: other }));
}

function isEarlyExit(node: AstNode): boolean {
  if (node['alternate'] !== null) return false;
  const then = node['consequent'] as AstNode;
  const last = then.type === 'BlockStatement' ? (then['body'] as readonly AstNode[]).at(-1) : then;
  return last !== undefined && EXITS.includes(last.type);
}

function constantsOf({ value, start, end }: AstNode, parents: readonly AstNode[]): readonly Change[] {
  const parent = parents.at(-1);
  if (parents.some(({ type }) => type === 'JSXAttribute')) return [];
  if (parent?.['key'] !== undefined && (parent['key'] as AstNode).start === start) return [];
  if (typeof value === 'boolean') return [{ kind: 'constant', start, end, text: String(!value) }];
  if (typeof value !== 'number') return [];
  const changed = Number.isInteger(value) && value <= 10 ? value + 1 : value * 2;
  return [{ kind: 'constant', start, end, text: String(changed) }];
}

/** The last name of what a statement calls, whether it is awaited or not; '' if it calls nothing. */
function calledName(expression: AstNode): string {
  switch (expression.type) {
    case 'AwaitExpression':
    case 'UnaryExpression':
      return calledName(expression['argument'] as AstNode);
    case 'ChainExpression':
      return calledName(expression['expression'] as AstNode);
    case 'CallExpression':
      return nameOf(expression['callee'] as AstNode);
    default:
      return '';
  }
}

function nameOf(node: AstNode): string {
  if (node.type === 'MemberExpression') return nameOf(node['property'] as AstNode);
  if (node.type === 'PrivateIdentifier') return `#${node['name']}`;
  return typeof node['name'] === 'string' ? node['name'] : '';
}

/** The name by which V8 knows the function that a node defines; none if the node defines no named one. */
function nameOfFunction(node: AstNode, index: number, parents: readonly AstNode[]): readonly string[] {
  if (!/Function/.test(node.type) || node['body'] === null) return [];
  if (isNode(node['id'])) return [nameOf(node['id'])];
  const parent = parents[index - 1];
  if (parent === undefined) return [];
  if (parent.type === 'MethodDefinition' && parent['kind'] === 'constructor') {
    const owner = parents[index - 3]?.['id'];
    return isNode(owner) ? [nameOf(owner)] : [];
  }
  const name = parent['key'] ?? (parent.type === 'VariableDeclarator' ? parent['id'] : undefined);
  return isNode(name) && nameOf(name) !== '' ? [nameOf(name)] : [];
}

/** What to show of a change: as much of the expression or statement around it as fits on a line. */
function shownNode(node: AstNode, parents: readonly AstNode[]): AstNode {
  const isShort = ({ type, start, end }: AstNode) =>
    end - start <= SHOWN_CHARACTERS && !/^(Program|ClassBody)$/.test(type);
  const around = parents.slice(parents.findLastIndex((parent) => !isShort(parent)) + 1);
  return around.find(({ type }) => !type.startsWith('TS')) ?? node;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 4)} ...` : line;
}
