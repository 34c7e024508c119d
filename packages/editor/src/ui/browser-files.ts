const IMAGES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];

/** The first image among dropped or pasted files. */
export function imageIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => IMAGES.includes(type));
}

/** Lets the browser download what is at an address. */
export function saveLink(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

/** Lets the browser download a file that the page has made. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  saveLink(url, name);
  // The browser has taken hold of the blob when the click returns, but Safari needs a moment more.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
