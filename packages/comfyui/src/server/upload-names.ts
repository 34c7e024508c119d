import { extname } from 'node:path';
import type { HostFiles } from './host.js';

/** What ComfyUI's clients call the pictures they sent: by folder and name, where this server has names only. */
export interface UploadNames {
  /**
   * Chooses a picture's name, which no other picture has unless it is to be replaced. Nothing changes yet.
   *
   * @param overwrite whether another picture of that name loses it
   */
  choose(
    sha256: string,
    wanted: { readonly subfolder: string; readonly name: string; readonly overwrite: boolean },
  ): ChosenName;
  /** Gives a picture that is stored the name that was chosen for it. */
  give(sha256: string, chosen: ChosenName): void;
  /**
   * What a workflow here is to call a picture.
   *
   * @param reference `name` or `subfolder/name`
   */
  resolve(reference: string): string;
  /** Names to choose from, the newest first: what images are called here, then further names under which the same bytes came. */
  list(limit: number): readonly string[];
  /** @returns the picture's sha256; `undefined` if there is none */
  find(reference: string): string | undefined;
}

interface ChosenName {
  /** Numbered as ComfyUI does it if it was taken. */
  readonly name: string;
  /** `name` or `subfolder/name`. */
  readonly reference: string;
  /** What it is called here. */
  readonly label: string;
}

/** A picture in a folder has the folder in its name here; what is told beyond that is forgotten when the server ends. */
export function createUploadNames({
  findImage: named,
  imageNames,
}: Pick<HostFiles, 'findImage' | 'imageNames'>): UploadNames {
  const given = new Map<string, string>();
  const find = (reference: string) =>
    given.get(reference) ?? named(labelOf(reference)) ?? named(reference.split('/').at(-1) ?? '');
  return {
    choose(sha256, { subfolder, name, overwrite }) {
      const ending = extname(name);
      const stem = name.slice(0, name.length - ending.length);
      for (let number = 0; ; number++) {
        const candidate = number === 0 ? name : `${stem} (${number})${ending}`;
        const reference = subfolder === '' ? candidate : `${subfolder}/${candidate}`;
        const taken = given.get(reference) ?? named(labelOf(reference));
        if (taken !== undefined && taken !== sha256 && !overwrite) continue;
        return { name: candidate, reference, label: labelOf(reference) };
      }
    },
    list(limit) {
      const names = imageNames(limit);
      const known = new Set(names);
      const kept = new Set([...given].flatMap(([name, sha256]) => (named(labelOf(name)) === sha256 ? [sha256] : [])));
      const further = [...given].filter(
        ([name, sha256]) => labelOf(name) === name && !known.has(name) && kept.has(sha256),
      );
      return [...names, ...further.reverse().map(([name]) => name)].slice(0, limit);
    },
    give: (sha256, { reference }) => void given.set(reference, sha256),
    resolve(reference) {
      const sha256 = find(reference);
      if (sha256 === undefined) return reference;
      // Its bytes name it too, for one that shares its name, or has another one here.
      return named(labelOf(reference)) === sha256 ? labelOf(reference) : sha256;
    },
    find,
  };
}

/** What the picture of a reference is called here. */
function labelOf(reference: string): string {
  return reference.replaceAll('/', '-');
}
