import { extname, posix } from 'node:path';
import type { HostFiles, ImagePath } from './host.js';
import { outputOfName } from './output-names.js';

/** What ComfyUI's clients call their images: by folder and path, where this server has names only. */
export interface UploadNames {
  /**
   * Chooses an image's name, which no other image has unless it is to be replaced. Nothing changes yet.
   *
   * @param overwrite whether another image of that name loses it
   */
  choose(sha256: string, wanted: WantedName): ChosenName;
  /**
   * The name of an image in a workflow here.
   *
   * @param annotated `name` or `subfolder/name`, followed by ` [output]` or ` [temp]` if it is in that folder of
   * ComfyUI
   * @returns `undefined` if there is no such image
   */
  resolve(annotated: string): Promise<string | undefined>;
  /** What a LoadImage may name of the folder `input`, the newest first. */
  list(limit: number): readonly string[];
}

interface WantedName {
  readonly folder: ImagePath['folder'];
  readonly subfolder: string;
  readonly name: string;
  readonly overwrite: boolean;
}

interface ChosenName {
  /** Numbered as in ComfyUI if it was taken. */
  readonly name: string;
  readonly path: ImagePath;
  /** Its name here. */
  readonly label: string;
}

export function createUploadNames({ findPath, findImage, findOutput, hasImage, imagePaths }: HostFiles): UploadNames {
  return {
    choose(sha256, { folder, subfolder, name, overwrite }) {
      const ending = extname(name);
      const stem = name.slice(0, name.length - ending.length);
      for (let number = 0; ; number++) {
        const candidate = number === 0 ? name : `${stem} (${number})${ending}`;
        const path = { folder, path: posix.join(subfolder, candidate) };
        const taken = findPath(path);
        if (taken !== undefined && taken !== sha256 && !overwrite) continue;
        return { name: candidate, path, label: labelOf(path) };
      }
    },
    // A name that ends as a folder is written would be looked for in there.
    list: (limit) => imagePaths(limit).filter((name) => readAnnotated(name).path === name),
    async resolve(annotated) {
      const path = readAnnotated(annotated);
      if (path.folder !== 'input') {
        const id = outputOfName(path.path);
        const made = id === undefined ? undefined : findOutput(id);
        if (made !== undefined) return (await hasImage(made)) ? made : undefined;
      }
      const sha256 = findPath(path);
      if (sha256 === undefined) return path.folder === 'input' && (await hasImage(path.path)) ? path.path : undefined;
      if (!(await hasImage(sha256))) return undefined;
      // Its bytes name it too, for one that shares its name, or has another one here.
      const label = labelOf(path);
      return findImage(label) === sha256 ? label : sha256;
    },
  };
}

/** A name as ComfyUI writes it into a node, followed by the folder, or `input` without one. */
export function readAnnotated(annotated: string, folder: ImagePath['folder'] = 'input'): ImagePath {
  const [, name = annotated, written = folder] = /^(.*) \[(input|output|temp)\]$/s.exec(annotated) ?? [];
  return { path: posix.normalize(name.replaceAll('\\', '/')), folder: written as ImagePath['folder'] };
}

/** What an image is called here, where folders are a part of its name. */
function labelOf({ folder, path }: ImagePath): string {
  const label = path.replaceAll('/', '-');
  return folder === 'input' ? label : `[${folder}]-${label}`;
}
