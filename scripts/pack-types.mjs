import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT } from './root.mjs';

// What stands between the quotes of `from '…'`, `import '…'` and `import('…')`.
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\2/g;
const DECLARATIONS = { '.js': '.d.ts', '.mjs': '.d.mts', '.cjs': '.d.cts' };

/**
 * Copies the types of some built files, and all that those need, into one folder.
 *
 * @param entries name -> path of the built file, without ending; becomes `NAME.d.ts`
 * @param installed packages whose types are not copied, as they will be installed
 */
export function copyTypes(entries, folder, installed) {
  const done = new Set();
  for (const [name, path] of Object.entries(entries)) {
    const file = realpathSync(`${path}.d.ts`);
    copy(file);
    const target = placeOf(file).replace(/\.d\.ts$/, '.js');
    write(join(folder, `${name}.d.ts`), `export * from './${target}';\n`);
  }

  function copy(file) {
    if (done.has(file)) return;
    done.add(file);
    const text = readFileSync(file, 'utf8')
      .replace(/^\/\/# sourceMappingURL=.*$/gm, '')
      // The compiler takes some types from the entry for tests, which has only names of other files.
      .replace(/import\("([./]+\/testing\.js)"\)\.(\w+)/g, (_, entry, name) => {
        const found = exportOf(name, declarationOf(join(dirname(file), entry)));
        return `import("${specifierOf(found, file)}").${name}`;
      })
      .replace(SPECIFIER, (all, before, quote, specifier) => {
        const needed = installed.includes(specifier) ? undefined : resolveTypes(specifier, file);
        if (needed === undefined) return all;
        copy(needed);
        return `${before}${quote}${specifierOf(needed, file)}${quote}`;
      });
    write(join(folder, placeOf(file)), text);
  }
}

/** The file from which another one exports a name. */
function exportOf(name, file) {
  for (const [, names, from] of readFileSync(file, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)) {
    if (new RegExp(`\\b${name}\\b`).test(names)) return declarationOf(join(dirname(file), from));
  }
  throw new Error(`${file} exports no ${name}`);
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** `packages/graph-core/dist/x.d.ts` -> `graph-core/x.d.ts`; of an installed package `vendor/NAME/x.d.ts`. */
function placeOf(file) {
  const path = relative(realpathSync(ROOT), file).split(sep).join('/');
  const own = /^packages\/([^/]+)\/dist\/(.+)$/.exec(path);
  if (own !== null) return `${own[1]}/${own[2]}`;
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+\/.+)$/.exec(path);
  if (installed === null) throw new Error(`${path} is of no package`);
  return `vendor/${installed[1]}`;
}

function specifierOf(needed, file) {
  const path = relative(dirname(placeOf(file)), placeOf(needed))
    .split(sep)
    .join('/');
  const importable = path.replace(/\.d\.([mc]?)ts$/, '.$1js');
  return importable.startsWith('.') ? importable : `./${importable}`;
}

/** @returns the declaration file; `undefined` for modules of Node */
function resolveTypes(specifier, file) {
  if (specifier.startsWith('node:')) return undefined;
  if (specifier.startsWith('.')) return declarationOf(join(dirname(file), specifier));
  const [, name, path = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier);
  const folder = findPackage(name, dirname(file));
  if (folder === undefined) throw new Error(`${file}: the types need "${specifier}", which is not installed`);
  const { exports, types } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const target = exports?.[`.${path}`];
  const found = target?.types ?? target?.import?.types ?? target?.import ?? types;
  // For a program in ES modules, as the package is.
  return declarationOf(join(folder, found.replace(/\.d\.cts$/, '.d.ts')));
}

function declarationOf(path) {
  const [ending = ''] = /\.[mc]?js$/.exec(path) ?? [];
  return realpathSync(path.slice(0, path.length - ending.length) + (DECLARATIONS[ending] ?? ''));
}

/** Where Node would find a package from a folder. */
export function findPackage(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return realpathSync(found);
    if (folder === dirname(folder)) return undefined;
  }
}
