import { extname, posix } from 'node:path';
import type { HostFiles } from './host.js';
import { outputOfName } from './output-names.js';

/** What ComfyUI's clients call their images: by folder and name, where this server has names only. */
export interface UploadNames {
  /**
   * Chooses an image's name, which no other image has unless it is to be replaced. Nothing changes yet.
   *
   * @param overwrite whether another image of that name loses it
   */
  choose(sha256: string, wanted: WantedName): ChosenName;
  /** Gives an image that is stored the name that was chosen for it. */
  give(sha256: string, chosen: ChosenName): void;
  /**
   * What a workflow here is to call an image.
   *
   * @param annotated `name` or `subfolder/name`, with ` [output]` or ` [temp]` behind it if it is in that folder of ComfyUI's
   * @returns `undefined` if there is no such image
   */
  resolve(annotated: string): Promise<string | undefined>;
  /** Names of what is not temporary to choose from, the newest first: what images are called here, then further names under which the same bytes came. */
  list(limit: number): readonly string[];
  /**
   * @param path `name` or `subfolder/name`
   * @returns the sha256 of the uploaded image; `undefined` if there is none
   */
  find(path: string, temporary: boolean): string | undefined;
}

interface WantedName {
  readonly subfolder: string;
  readonly name: string;
  /** Whether it is for ComfyUI's folder `temp`, where the same names mean other images. */
  readonly temporary: boolean;
  readonly overwrite: boolean;
}

interface ChosenName {
  /** Numbered as ComfyUI does it if it was taken. */
  readonly name: string;
  /** `name` or `subfolder/name`, below {@link TEMP} if it is temporary. */
  readonly reference: string;
  /** What it is called here. */
  readonly label: string;
}

// No folder that a client has: `temp` itself may be one of its input folder.
const TEMP = '[temp]/';

/** An image in a folder has the folder in its name here; what is told beyond that is forgotten when the server ends. */
export function createUploadNames({
  findImage: named,
  findOutput,
  hasImage,
  imageNames,
}: Pick<HostFiles, 'findImage' | 'findOutput' | 'hasImage' | 'imageNames'>): UploadNames {
  const given = new Map<string, string>();
  const lookUp = (reference: string) => given.get(reference) ?? named(labelOf(reference));
  return {
    choose(sha256, { subfolder, name, temporary, overwrite }) {
      const ending = extname(name);
      const stem = name.slice(0, name.length - ending.length);
      for (let number = 0; ; number++) {
        const candidate = number === 0 ? name : `${stem} (${number})${ending}`;
        const reference = toReference(subfolder === '' ? candidate : `${subfolder}/${candidate}`, temporary);
        const taken = lookUp(reference);
        if (taken !== undefined && taken !== sha256 && !overwrite) continue;
        return { name: candidate, reference, label: labelOf(reference) };
      }
    },
    list(limit) {
      const names = imageNames(limit).filter((name) => !name.startsWith(labelOf(TEMP)));
      const known = new Set(names);
      const kept = new Set([...given].flatMap(([name, sha256]) => (named(labelOf(name)) === sha256 ? [sha256] : [])));
      const further = [...given].filter(
        ([name, sha256]) => labelOf(name) === name && !known.has(name) && kept.has(sha256),
      );
      return [...names, ...further.reverse().map(([name]) => name)].slice(0, limit);
    },
    give: (sha256, { reference }) => void given.set(reference, sha256),
    async resolve(annotated) {
      const { path, folder } = readAnnotated(annotated);
      if (folder !== 'input') {
        const id = outputOfName(path);
        const made = id === undefined ? undefined : findOutput(id);
        if (made !== undefined) return (await hasImage(made)) ? made : undefined;
        if (folder === 'output') return undefined;
      }
      const reference = toReference(path, folder === 'temp');
      const sha256 = lookUp(reference);
      if (sha256 === undefined) return folder === 'input' && (await hasImage(path)) ? path : undefined;
      if (!(await hasImage(sha256))) return undefined;
      // Its bytes name it too, for one that shares its name, or has another one here.
      return named(labelOf(reference)) === sha256 ? labelOf(reference) : sha256;
    },
    find: (path, temporary) => lookUp(toReference(path, temporary)),
  };
}

/** A name as ComfyUI writes it into a node: the folder stands behind it, `input` if none does. */
function readAnnotated(annotated: string): { readonly path: string; readonly folder: string } {
  const [, name = annotated, folder = 'input'] = /^(.*) \[(input|output|temp)\]$/s.exec(annotated) ?? [];
  return { path: posix.normalize(name.replaceAll('\\', '/')), folder };
}

function toReference(path: string, temporary: boolean): string {
  return temporary ? TEMP + path : path;
}

/** What the image of a reference is called here. */
function labelOf(reference: string): string {
  return reference.replaceAll('/', '-');
}
