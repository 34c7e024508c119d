/** With which ending a picture of this type is kept on a disk. */
export function fileEnding({ mediaType }: { readonly mediaType: string }): string {
  return mediaType.replace(/^image\//, '');
}
