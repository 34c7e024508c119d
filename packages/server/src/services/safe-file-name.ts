// Below the 255 bytes of every file system in use, with room for a number, an ending and a sync tool's own additions.
const MAX_NAME_BYTES = 110;
// Control and format characters (the latter turn text around or hide it), what separates paths or ends them on any
// system, and letters that only look like a separator.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|\u2044\u2215\u29f5\u29f8\uff0f\uff3c]+/gu;
// Device names on Windows, with any extension.
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/**
 * Turns a label that a user typed into the beginning of a file name, readable, and safe on Linux, macOS and Windows.
 *
 * @returns at most 110 bytes of UTF-8 in NFC; never empty, hidden, a path, or a device's name
 */
export function toSafeFileName(label: string): string {
  // A leading dot hides a file, and a leading dash makes it an option.
  const name = label
    .normalize('NFC')
    .replace(UNSAFE, '-')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.-]+/u, '');
  const short = trimEnd(cutToBytes(name, MAX_NAME_BYTES - 1));
  if (short === '') return 'picture';
  return RESERVED.test(short) ? `_${short}` : short;
}

// Windows drops dots and spaces at the end. The pattern takes a time that grows with the square, so only short names get here.
function trimEnd(name: string): string {
  return name.replace(/[\s.-]+$/u, '');
}

function cutToBytes(text: string, limit: number): string {
  let sizeBytes = 0;
  let cut = '';
  for (const character of text) {
    sizeBytes += Buffer.byteLength(character);
    if (sizeBytes > limit) break;
    cut += character;
  }
  return cut;
}
