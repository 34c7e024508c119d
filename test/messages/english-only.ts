import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A node of the syntax tree, as far as it is looked at here. */
interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly callee?: Syntax & { readonly name?: string };
  readonly arguments?: readonly (Syntax & { readonly name?: string })[];
  readonly id?: { readonly name?: string };
  readonly init?: unknown;
}

/** Sentences that a server says in English only, as `path:line: start of the sentence`: those that carry no reason. */
export function englishOnlyOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .flatMap((path) => {
      const source = readFileSync(join(folder, path), 'utf8');
      return englishOnlyIn(source).map(({ line, text }) => `${path}:${line}: ${text}`);
    });
}

/** Of one source: errors that are made with a sentence and without a reason. */
export function englishOnlyIn(source: string): readonly { readonly line: number; readonly text: string }[] {
  const found: { readonly line: number; readonly text: string }[] = [];
  const reasoned = new Set([...source.matchAll(/withReason\((\w+),/g)].map(([, name]) => name));

  function visit(node: unknown, hasReason: boolean): void {
    if (Array.isArray(node)) for (const one of node) visit(one, hasReason);
    if (!isSyntax(node)) return;
    const text = source.slice(node.start, node.end);
    if (node.type === 'NewExpression' && !hasReason && isForUsers(node, text)) {
      const [sentence] = node.arguments?.filter(({ type }) => type !== 'ObjectExpression').slice(-1) ?? [];
      const line = source.slice(0, node.start).split('\n').length;
      found.push({ line, text: source.slice(sentence?.start, sentence?.end).split('\n')[0] ?? '' });
    }
    const isReasoned =
      (node.type === 'CallExpression' && node.callee?.name === 'withReason') ||
      (node.type === 'VariableDeclarator' && reasoned.has(node.id?.name));
    for (const child of Object.values(node)) visit(child, isReasoned || (hasReason && node.type !== 'BlockStatement'));
  }

  visit(parseSync('a.ts', source).program, false);
  return found;
}

/** An error with a sentence that users may read: one of a class of its own, which tells no reason by itself. */
function isForUsers({ callee, arguments: values = [] }: Syntax, text: string): boolean {
  if (
    !/^(Problem|\w+(Error|Refused|State))$/.test(callee?.name ?? '') ||
    /^(Type|Range|Syntax|Abort)?Error$/.test(callee?.name ?? '')
  )
    return false;
  const saysMore = /\b(because|diagnostics|cause: error)\b/.test(text) || /error\.message/.test(text);
  return (
    !saysMore &&
    values.some(({ type }) => type === 'TemplateLiteral' || type === 'Literal' || type === 'BinaryExpression')
  );
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value;
}
