const PICTURES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];

/** The first image among dropped or pasted files. */
export function imageIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => PICTURES.includes(type));
}
