/** Lets the browser download an address. */
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
