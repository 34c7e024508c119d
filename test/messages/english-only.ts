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

/**
 * Where errors are thrown that users of the page do not meet, by the start of the path in `packages`, or by class. Whoever
 * meets them works on a command line, writes a program or a plug-in, or reads them inside of another message that is translated.
 */
const FOR_OTHERS: readonly (readonly [who: string, places: readonly string[]])[] = [
  [
    'starting a server, and the command line',
    [
      'server/src/http/check-config.ts',
      'server/src/http/listen.ts',
      'server/src/http/security/token-file.ts',
      'server/src/services/c2pa/signing-key.ts',
      'server/src/services/c2pa/image-signer.ts',
      'server/src/services/devices/',
      'server/src/services/onnx-runtime.ts',
      'server/src/services/openvino/',
      'server/src/services/output-store.ts',
      'server/src/store/backup.ts',
      'server/src/store/database.ts',
      'server/src/hub/python-index.ts',
      'server/src/hub/unpack-wheel.ts',
      'server/src/plugins/installed-plugins.ts',
      'server/src/plugins/registry.ts',
      'TarError',
    ],
  ],
  [
    'programs, whose requests are other than those of the page',
    [
      'server/src/http/app.ts',
      'server/src/http/event-sockets.ts',
      'server/src/http/read-json-body.ts',
      'server/src/http/request-workflow.ts',
      'server/src/http/route.ts',
      'server/src/http/routes/sharing.ts',
      'server/src/http/until-ended.ts',
      'server/src/http/upload-gate.ts',
      'server/src/http/security/check-request.ts',
      'server/src/models/download-offer.ts',
      'server/src/mcp/',
      'comfyui/src/server/',
      'comfyui/src/import-task.ts',
    ],
  ],
  ['authors of plug-ins', ['server/src/plugins/manifest.ts', 'TarballError']],
  [
    'details within another message',
    ['PickleError', 'TokenizerError', 'PreprocessConfigError', 'PngError', 'WebpError', 'ZipError', 'ReceiptError'],
  ],
  ['results that are computed again', ['StoredFormError']],
  ['authors of nodes', ['GraphError', 'ShapeError']],
];

/** An error that is said in English only. */
export interface EnglishOnly {
  readonly line: number;
  readonly text: string;
  readonly error: string;
}

/** Such errors of the server's packages, as `path:line: start of the sentence`; under `''` those that users of the page meet. */
export function englishOnlyOf(packages: string): ReadonlyMap<string, readonly string[]> {
  const sources = ['server', 'nodes-unclip', 'comfyui'].flatMap((name) =>
    readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .map((path) => ({
        path: `${name}/src/${path}`,
        source: readFileSync(join(packages, name, 'src', path), 'utf8'),
      })),
  );
  const withReason = classesWithReason(sources.map(({ source }) => source));
  const found = new Map<string, string[]>([['', []]]);
  for (const { path, source } of sources) {
    for (const { line, text, error } of englishOnlyIn(source, withReason)) {
      const [who] = FOR_OTHERS.find(([, places]) => places.some((at) => at === error || path.startsWith(at))) ?? [''];
      found.set(who, [...(found.get(who) ?? []), `${path}:${line}: ${text}`]);
    }
  }
  return found;
}

/** Names of classes whose errors give the reason themselves. */
function classesWithReason(sources: readonly string[]): ReadonlySet<string> {
  return new Set(
    sources.flatMap((source) =>
      source
        .split(/^(?=export class |class )/m)
        .flatMap((part) => (/^ {2}readonly because:/m.test(part) ? [/class (\w+)/.exec(part)?.[1] ?? ''] : [])),
    ),
  );
}

/** Of one source: errors that are made with a sentence and without a reason. */
export function englishOnlyIn(source: string, withReason: ReadonlySet<string> = new Set()): readonly EnglishOnly[] {
  const found: EnglishOnly[] = [];
  // Parsing takes most of the time.
  if (!/new \(?\w*(?:Problem|Error|Refused|State)\b/.test(source)) return found;
  const reasoned = new Set([...source.matchAll(/withReason\((\w+),/g)].map(([, name]) => name));

  function visit(node: unknown, hasReason: boolean): void {
    if (Array.isArray(node)) for (const one of node) visit(one, hasReason);
    if (!isSyntax(node)) return;
    const text = source.slice(node.start, node.end);
    if (node.type === 'NewExpression' && !hasReason && isForUsers(node, text) && !withReason.has(nameOf(node))) {
      const [sentence] = node.arguments?.filter(({ type }) => type !== 'ObjectExpression').slice(-1) ?? [];
      const line = source.slice(0, node.start).split('\n').length;
      const said = source.slice(sentence?.start, sentence?.end).split('\n')[0] ?? '';
      found.push({ line, text: said, error: nameOf(node) });
    }
    const isReasoned =
      (node.type === 'CallExpression' && node.callee?.name === 'withReason') ||
      (node.type === 'VariableDeclarator' && reasoned.has(node.id?.name));
    for (const child of Object.values(node)) visit(child, isReasoned || (hasReason && node.type !== 'BlockStatement'));
  }

  visit(parseSync('a.ts', source).program, false);
  return found;
}

function nameOf({ callee }: Syntax): string {
  return callee?.name ?? '';
}

const SENTENCES: ReadonlySet<string> = new Set(['TemplateLiteral', 'Literal', 'BinaryExpression']);

/** An error with a sentence that users may read: one of a class of its own, which tells no reason by itself. */
function isForUsers({ callee, arguments: values = [] }: Syntax, text: string): boolean {
  if (
    !/^(Problem|\w+(Error|Refused|State))$/.test(callee?.name ?? '') ||
    /^(Type|Range|Syntax|Abort)?Error$/.test(callee?.name ?? '')
  )
    return false;
  const saysMore = /\b(because|diagnostics|cause)\b/.test(text);
  return !saysMore && (/\berror\.message\b/.test(text) || values.some(({ type }) => SENTENCES.has(type)));
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value;
}
