import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';

// The import rules of docs/ARCHITECTURE.md, read from the import lines of every source file.

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly package: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly string[];
  /** Those that are not only for types, so that the other module is loaded. */
  readonly loads: readonly string[];
}

const files = readSources();

/** Package -> what it may import besides its own files. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  protocol: /^zod$/,
  client: /^(@unclip-studio\/protocol(\/preview-frame)?|openapi-fetch|ws)$/,
  // Types only; see below.
  'graph-core': /^@unclip-studio\/protocol$/,
  'nodes-unclip': /^(@unclip-studio\/graph-core|@huggingface\/tokenizers)$/,
  comfyui: /^(@unclip-studio\/(protocol|graph-core|nodes-unclip)|express|ws|node:(http|os|path|stream))$/,
  server:
    /^(?!@unclip-studio\/).+|^@unclip-studio\/(protocol|graph-core|nodes-unclip|nodes-unclip\/sdk|comfyui|comfyui\/server|client|client\/node)$/,
  editor:
    /^(?!@unclip-studio\/|node:).+|^@unclip-studio\/(client|protocol|protocol\/(languages|preview-frame)|graph-core)$/,
};

test('there are sources to look at', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(Object.keys(ALLOWED)).toEqual(expect.arrayContaining(files.map((file) => file.package)));
});

test.each(Object.keys(ALLOWED))('%s imports only what it may', (name) => {
  const broken = importsOf((file) => file.package === name).filter(
    ({ specifier }) => !isRelative(specifier) && !ALLOWED[name]?.test(specifier),
  );

  expect(broken).toEqual([]);
});

test('graph-core, comfyui, clients and the page load no schema: of protocol they take types, and what needs none', () => {
  const broken = files
    .filter((file) => ['graph-core', 'comfyui', 'client', 'editor'].includes(file.package))
    .flatMap(({ path, loads }) => loads.filter((one) => one === '@unclip-studio/protocol').map(() => path));

  expect(broken).toEqual([]);
  const plain = files.filter(({ path }) => /^packages\/protocol\/src\/(languages|preview-frame)\.ts$/.test(path));
  expect(plain.map(({ imports }) => imports)).toEqual([[], []]);
});

test('a package is imported by its name, never by a path into it', () => {
  const broken = importsOf(() => true).filter(({ path, specifier }) => {
    if (!isRelative(specifier)) return false;
    const target = relative(ROOT, resolve(ROOT, dirname(path), specifier)).split(sep);
    // The example workflows are data, and belong to no package.
    return target[0] !== 'workflows' && (target[0] !== 'packages' || target[1] !== path.split('/')[1]);
  });

  expect(broken).toEqual([]);
});

describe('nodes-unclip exports', () => {
  const entry = (name: string) => readFileSync(join(ROOT, 'packages/nodes-unclip/src', name), 'utf8');
  const exported = (name: string) => namesIn(entry(name), /^export (?:type )?\{([^}]*)\} from/gm);
  const imported = (sources: readonly string[]) =>
    new Set(
      sources.flatMap((code) => [
        ...namesIn(code, /(?:import|export) (?:type )?\{([^}]*)\} from '@unclip-studio\/nodes-unclip(?:\/testing)?'/g),
        ...namesIn(code, /const \{([^}]*)\} = await import\('@unclip-studio\/nodes-unclip(?:\/testing)?'\)/g),
      ]),
    );
  const used = imported(files.filter((file) => file.package !== 'nodes-unclip').map(({ code }) => code));

  test('what other packages use', () => {
    const services = entry('services.ts');
    const types = [
      ...exported('services.ts'),
      ...[...services.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name),
    ];

    expect(entry('index.ts')).toContain("export type * from './services.js';");
    expect([...exported('index.ts'), ...types].filter((name) => !used.has(name))).toEqual([]);
  });

  test('what only tests use, at an entry of its own', () => {
    const usedInTests = imported(readCodeOf('test').concat(readCodeOf('tools')));

    expect(exported('testing.ts').filter((name) => used.has(name) || !usedInTests.has(name))).toEqual([]);
  });
});

describe('a library is known to one place only', () => {
  test.each([
    ['Rete', /^rete/, /^packages\/editor\/src\/rete\//],
    ['Express', /^express$/, /^packages\/(server\/src\/http|comfyui\/src\/server)\//],
    [
      'ONNX Runtime',
      /^onnxruntime/,
      /^packages\/server\/src\/services\/(?:onnx-runtime|onnx-session|devices\/self-test)\.ts$/,
    ],
    ['sharp', /^sharp$/, /^packages\/server\/src\/services\/sharp-library\.ts$/],
    ['BullMQ', /^(bullmq|ioredis)$/, /^packages\/server\/src\/queue\//],
    ['Commander', /^commander$/, /^packages\/server\/src\/(cli|cli\/option|cli\/terminal)\.ts$/],
    ['the SDK of MCP', /^@modelcontextprotocol\//, /^packages\/server\/src\/(mcp\/|cli\/commands\/mcp\.ts$)/],
    ['the tokenizer', /^@huggingface\/tokenizers$/, /^packages\/nodes-unclip\/src\/tokenizer\//],
  ])('%s', (_, library, place) => {
    const broken = importsOf((file) => !place.test(file.path)).filter(({ specifier }) => library.test(specifier));

    expect(broken).toEqual([]);
  });
});

describe('a workflow is prepared and run in one place, for the command line, the server, the worker and programs', () => {
  test.each([
    ['planRun', 'prepared-run.ts'],
    ['planInSteps', 'prepared-run.ts'],
    ['fingerprintPlan', 'prepared-run.ts'],
    ['executeRun', 'engine.ts'],
  ])('%s', (call, file) => {
    // The page plans what it shows; graph-core defines all of them.
    const callers = files.filter(
      (one) =>
        !['graph-core', 'editor'].includes(one.package) && new RegExp(`\\b${call}\\b(<[^>]*>)?\\(`).test(one.code),
    );

    expect(callers.map(({ path }) => path)).toEqual([`packages/server/src/engine/${file}`]);
  });
});

test('files are synced in one place, and by downloads, which continue where they were interrupted', () => {
  const syncing = files.filter(({ package: name, code }) => name === 'server' && /\.sync\(\)|\bfsync/.test(code));

  expect(syncing.map(({ path }) => path).sort()).toEqual([
    'packages/server/src/common/durable-write.ts',
    'packages/server/src/hub/download-file.ts',
  ]);
});

test('texts and bytes are hashed to hexadecimal sha256 in one place', () => {
  const hashing = files.filter(({ code }) =>
    /createHash\('sha256'\)\s*\.update\([^)]*\)\s*\.digest\('hex'\)/.test(code),
  );

  expect(hashing.map(({ path }) => path)).toEqual(['packages/server/src/common/sha256.ts']);
});

test('the command line asks its `Io`, never the process, and prints in one place', () => {
  const commands = files.filter(({ path }) => path.startsWith('packages/server/src/cli/') && !path.endsWith('/io.ts'));
  const asking = commands.filter(({ code }) =>
    /\bprocess\.(?:env|cwd|std\w+|on|off|once|exit|argv|kill)\b|\bhomedir\(|\bconsole\./.test(code),
  );
  const printing = commands.filter(({ code }) => /\bstd(?:out|err)\.write\b/.test(code));

  expect(asking.map(({ path }) => path)).toEqual([]);
  expect(printing.map(({ path }) => path)).toEqual(['packages/server/src/cli/terminal.ts']);
});

/** What stands side by side on the session of the editor. */
const EDITOR_FEATURES = [
  ...[
    'a11y',
    'canvas',
    'cards',
    'files',
    'gallery',
    'guide',
    'mixing',
    'models',
    'painting',
    'running',
    'sharing',
    'structure',
  ],
] as const;

/** Package -> its folders from the lowest to the highest; a folder imports only from itself and from those below. */
const FOLDER_LAYERS: Readonly<Record<string, readonly string[]>> = {
  'graph-core': ['definition', 'document', 'plan', 'run'],
  'nodes-unclip': [
    ...['messages', 'tensor', 'random', 'image', 'onnx', 'tokenizer', 'schedulers', 'weights', 'models', 'checkpoints'],
    ...['port-types', 'sampling', 'nodes'],
  ],
  server: [
    ...[
      'common',
      'store',
      'services',
      'net',
      'plugins',
      'engine',
      'worker',
      'events',
      'runs',
      'queue',
      'webhooks',
      'gallery',
      'hub',
      'models',
      'http',
      'mcp',
      'cli',
    ],
  ],
  editor: [
    ...['messages', 'document', 'catalog', 'live', 'view', 'ui', 'api', 'rete', 'session', 'actions', 'widgets'],
    ...EDITOR_FEATURES,
    ...['testing', 'app'],
  ],
};

describe.each(Object.entries(FOLDER_LAYERS))('the folders of %s', (name, layers) => {
  const own = files.filter((file) => file.package === name);
  const folderOf = (path: string) => /^packages\/[^/]+\/src\/([^/]+)\//.exec(path)?.[1];

  test('are those in the list', () => {
    expect([...new Set(own.map(({ path }) => folderOf(path)).filter(Boolean))].sort()).toEqual([...layers].sort());
  });

  test('import nothing from folders above them', () => {
    const byPath = new Map(own.map((file) => [file.path, file]));
    const targetsOf = ({ path, imports }: SourceFile) =>
      imports.filter(isRelative).map((specifier) => join(dirname(path), specifier).replace(/\.js$/, '.ts'));
    /** A file next to the folders is in the layer of the highest of its imports. */
    const levelOf = (path: string, above: readonly string[] = []): number => {
      const folder = folderOf(path);
      if (folder !== undefined) return layers.indexOf(folder);
      const file = byPath.get(path);
      if (file === undefined || above.includes(path)) return -1;
      return Math.max(-1, ...targetsOf(file).map((target) => levelOf(target, [...above, path])));
    };
    const broken = own
      .filter(({ path }) => folderOf(path) !== undefined)
      .flatMap((file) => {
        const level = levelOf(file.path);
        return targetsOf(file).flatMap((target) => (levelOf(target) > level ? [`${file.path} -> ${target}`] : []));
      });

    expect(broken).toEqual([]);
  });

  test('hold no files that import each other in a circle', () => {
    expect(circlesOf(own)).toEqual([]);
  });
});

test('features of the editor know each other by the session and its slots only', () => {
  const featureOf = (path: string) => EDITOR_FEATURES.find((name) => path.startsWith(`packages/editor/src/${name}/`));
  const across = importsOf(({ path }) => featureOf(path) !== undefined).filter(({ path, specifier }) => {
    const target = isRelative(specifier) ? featureOf(join(dirname(path), specifier).split(sep).join('/')) : undefined;
    return target !== undefined && target !== featureOf(path);
  });

  expect(across).toEqual([]);
});

test('the parts of an editor hang on its session, not on its modules', () => {
  const own = files.filter((file) => file.package === 'editor');
  const keyedBySession = own.filter(({ code }) => /WeakMap<(?:EditorSession|SessionCore)\b/.test(code));
  const stores = own.filter(({ code }) =>
    /^(?:export )?(?:const|let) \w+(?::[^=]+)? = create(?:Store|\w+Store)\b/m.test(code),
  );

  expect(keyedBySession.map(({ path }) => path)).toEqual([]);
  expect(stores.map(({ path }) => path)).toEqual([]);
});

test('the numerics know nothing of nodes or services', () => {
  const numerics = /^packages\/nodes-unclip\/src\/(onnx|tensor|image|schedulers|tokenizer|models|random|weights)\//;
  const broken = importsOf((file) => numerics.test(file.path)).filter(({ specifier }) =>
    /\/(services|define-node)\.js$/.test(specifier),
  );

  expect(broken).toEqual([]);
});

// What still names node types elsewhere: short ids of new nodes, the node that shows a preview of a mix, animations in
// receipts, and graphs of benches.
const NAMES_NODES: ReadonlySet<string> = new Set([
  'packages/editor/src/document/node-ids.ts',
  'packages/editor/src/mixing/preview-workflow.ts',
  'packages/editor/src/testing/bench-hooks.ts',
  'packages/editor/src/testing/big-graph.ts',
  'packages/server/src/engine/check-receipt.ts',
]);

test('node types are named where they are defined, and by the adapter of ComfyUI; all others ask the definition', () => {
  const names = new Set(unclipNodes.map(({ type }) => type));
  const naming = files
    .filter((file) => file.package !== 'nodes-unclip' && file.package !== 'comfyui')
    .filter(({ code }) => {
      const literals = [...code.matchAll(/(['"`])([A-Z]\w+)\1|^\s*([A-Z]\w+):/gm)];
      return literals.some(([, , text = '', key = '']) => names.has(text) || names.has(key));
    })
    .map(({ path }) => path);

  expect(naming.toSorted()).toEqual([...NAMES_NODES].toSorted());
});

test("ComfyUI's files are read and written without a server, a file system or a library", () => {
  const importing = importsOf(({ path }) => /^packages\/comfyui\/src\/(?!server\/)/.test(path));
  const broken = importing.filter(({ specifier }) =>
    isRelative(specifier)
      ? specifier.includes('/server/')
      : !/^@unclip-studio\/(protocol|graph-core|nodes-unclip)$/.test(specifier),
  );

  expect(importing.length).toBeGreaterThan(20);
  expect(broken).toEqual([]);
});

test('`any` occurs only in the list that contains nodes of different types', () => {
  const broken = files
    .filter(({ code }) => /[:<,|&(]\s*any\b(?!\s*[:(])|\bas any\b/.test(code))
    .map(({ path }) => path);

  expect(broken).toEqual(['packages/graph-core/src/definition/node-definition.ts']);
});

test('the page asks its server in one place', () => {
  const asking = files.filter((file) => file.package === 'editor' && /(?<![.\w])fetch\(/.test(file.code));

  // Besides, whether the page itself is still there.
  expect(asking.map(({ path }) => path)).toEqual(['packages/editor/src/session/lazy-part.tsx']);
});

test('the page asks its server by relative addresses, so that it works at any path of a proxy', () => {
  // openapi-fetch puts its base, the folder of the page, before what its methods are called with.
  const withoutCalls = (code: string) => code.replace(/\.(?:GET|PUT|POST|DELETE)\([^,)]*/g, '');
  const broken = files
    .filter(
      (file) => file.package === 'editor' && /['"`]\/(api|assets)\/|location\.origin\b/.test(withoutCalls(file.code)),
    )
    .map(({ path }) => path);

  expect(broken).toEqual([]);
});

test('the recipes in docs/ARCHITECTURE.md name files that are there', () => {
  const document = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
  const recipes = document.split(/^##+ /m).filter((section) => section.startsWith('Adding '));
  const named = recipes.flatMap((recipe) => [...recipe.matchAll(/`([\w/<>.-]+\.tsx?)`/g)].map(([, path = '']) => path));
  const EXAMPLES = [
    ['<tag>', 'runs'],
    ['<node>', 'sweep'],
    ['<type>', 'image'],
    ['<Widget>', 'Seed'],
  ] as const;
  const isThere = (path: string) =>
    files.some(
      (file) =>
        file.path ===
        `packages/${EXAMPLES.reduce((text, [placeholder, name]) => text.replace(placeholder, name), path)}`,
    ) || existsSync(join(ROOT, path));

  expect(recipes).toHaveLength(5);
  expect(named.length).toBeGreaterThan(6);
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

test('nothing is exported as default', () => {
  const broken = files.filter(({ code }) => /^export default\b/m.test(code)).map(({ path }) => path);

  expect(broken).toEqual([]);
});

function importsOf(which: (file: SourceFile) => boolean): readonly { path: string; specifier: string }[] {
  return files.filter(which).flatMap(({ path, imports }) => imports.map((specifier) => ({ path, specifier })));
}

/** One way round for each circle of imports that is found, walking each file once. */
function circlesOf(own: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(own.map((file) => [file.path, file]));
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: SourceFile, above: readonly string[]): void => {
    if (above.includes(file.path)) {
      circles.push([...above.slice(above.indexOf(file.path)), file.path].join(' -> '));
      return;
    }
    if (done.has(file.path)) return;
    done.add(file.path);
    for (const specifier of file.imports.filter(isRelative)) {
      const path = join(dirname(file.path), specifier).split(sep).join('/');
      const target = byPath.get(path.replace(/\.js$/, '.ts')) ?? byPath.get(path.replace(/\.js$/, '.tsx'));
      if (target !== undefined) walk(target, [...above, file.path]);
    }
  };
  for (const file of own) walk(file, []);
  return circles;
}

/** The names in the braces that a pattern finds. */
function namesIn(code: string, braces: RegExp): readonly string[] {
  const lists = [...code.matchAll(braces)].map(([, list = '']) => list.split(','));
  return lists.flat().flatMap((name) => /^\s*(?:type )?(\w+)/.exec(name)?.[1] ?? []);
}

function readCodeOf(folder: string): readonly string[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const isCode = (path: string) => /\.tsx?$/.test(path) && !path.includes('node_modules');
  return paths.filter(isCode).map((path) => readFileSync(join(ROOT, folder, path), 'utf8'));
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

function readSources(): readonly SourceFile[] {
  return readdirSync(join(ROOT, 'packages')).flatMap((name) => {
    const folder = join(ROOT, 'packages', name, 'src');
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => readSource(name, join(folder, path)));
  });
}

function readSource(name: string, path: string): SourceFile {
  const code = withoutComments(readFileSync(path, 'utf8'));
  // `import … from 'x'` and `export … from 'x'`, `import 'x'`, `import('x')`.
  const forms = [
    /^(?:import|export)\b[^;'"`]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
    /^import\s*['"]([^'"\n]+)['"]/gm,
    /\bimport\(\s*['"]([^'"\n]+)['"]/g,
  ];
  const specifiersIn = (text: string) =>
    forms.flatMap((form) => [...text.matchAll(form)].map(([, specifier = '']) => specifier));
  const loads = specifiersIn(code.replace(/^(?:import|export) type\b[^;]*;/gm, ''));
  return { path: relative(ROOT, path).split(sep).join('/'), package: name, code, imports: specifiersIn(code), loads };
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
