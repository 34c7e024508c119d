import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A node of the syntax tree, as far as it is needed here. */
interface Syntax {
  readonly type: string;
  readonly name?: { readonly name?: string; readonly namespace?: { readonly name: string } };
  readonly value?: unknown;
  readonly expression?: Syntax;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
  readonly test?: Syntax;
}

const SHOWN = /^(title|alt|placeholder|label|tip|heading|data-tip|aria-(label|description|valuetext|roledescription))$/;

/** The texts of a folder of sources that are shown in one language only, as `path: text`. @param except folders that may */
export function literalTextsOf(folder: string, except: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !except.test(path))
    .flatMap((path) =>
      literalTextsIn(readFileSync(join(folder, path), 'utf8'), path).map((text) => `${path}: ${text}`),
    );
}

/** Words among elements and in visible attributes, and sentences anywhere, except those of internal errors. */
export function literalTextsIn(source: string, name = 'a.tsx'): readonly string[] {
  const found: string[] = [];

  function visit(node: unknown, isShown: boolean): void {
    if (Array.isArray(node)) for (const one of node) visit(one, isShown);
    if (!isSyntax(node)) return;
    for (const text of textsOf(node)) if (isText(text.trim(), isShown)) found.push(text.trim());
    if (/^(Import|Export(All|Named))Declaration$/.test(node.type) && 'source' in node && node['source'] !== null)
      return;
    for (const [key, child] of Object.entries(node)) visit(child, showsChild(node, key, isShown));
  }

  visit(parseSync(name, source).program, false);
  return found;
}

function isText(text: string, isShown: boolean): boolean {
  // Options of the command line are the same everywhere.
  if (isShown) return /\p{L}{2}/u.test(text) && !/^--[\w-]+$/.test(text);
  return /^\p{Lu}\p{Ll}+ \p{Ll}/u.test(text) && !text.startsWith('Internal error');
}

function textsOf({ type, value, quasis = [] }: Syntax): readonly string[] {
  if (type === 'JSXText' || type === 'Literal') return typeof value === 'string' ? [value] : [];
  return type === 'TemplateLiteral' ? quasis.map((one) => one.value.cooked) : [];
}

/** Whether what is written as a child of a node is read by users. */
function showsChild(node: Syntax, key: string, isShown: boolean): boolean {
  switch (node.type) {
    case 'JSXElement':
    case 'JSXFragment':
      return key === 'children';
    case 'JSXAttribute':
      return key === 'value' && SHOWN.test(node.name?.name ?? '');
    case 'JSXExpressionContainer':
      return isShown;
    case 'ConditionalExpression':
    case 'LogicalExpression':
      return isShown && key !== 'test' && key !== 'left';
    default:
      return false;
  }
}

function isSyntax(node: unknown): node is Syntax & Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null && typeof (node as Syntax).type === 'string';
}
