/** How files of models end. */
export const MODEL_FILE = /\.(?:safetensors|ckpt|pt|pth|bin|npy)$/i;

/**
 * Finds the installed model of a kind that a name refers to. The extension can be left out, in which case a file that
 * is not a pickle is preferred; so can the folder, if the result is unambiguous.
 *
 * @param installed paths with "/", from the folder of their kind
 * @returns one of them; `undefined` if none matches, or several do
 */
export function modelMeant(installed: readonly string[], name: string): string | undefined {
  const whole = fileMeant(installed, name);
  if (whole !== undefined) return whole;
  const folders = new Map<string, string[]>();
  for (const path of installed) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), path.slice(folder.length)]);
  }
  folders.delete('');
  const meant = [...folders].flatMap(([folder, files]) => {
    const file = fileMeant(files, name);
    return file === undefined ? [] : [folder + file];
  });
  return meant.length === 1 ? meant[0] : undefined;
}

/**
 * Whether what a param names is installed.
 *
 * @param kind of model, as the param says it; of checkpoints, which have none, only the ending may be left out
 */
export function isModelInstalled(
  installed: readonly string[],
  { name, kind }: { readonly name: string; readonly kind: string | undefined },
): boolean {
  if (kind !== undefined) return modelMeant(installed, name) !== undefined;
  return installed.includes(name) || installed.includes(`${name}.safetensors`);
}

function fileMeant(files: readonly string[], name: string): string | undefined {
  if (files.includes(name)) return name;
  const without = files.filter((file) => MODEL_FILE.test(file) && file.replace(MODEL_FILE, '') === name);
  return without.find((file) => file.toLowerCase().endsWith('.safetensors')) ?? without[0];
}
