/** Such as `850 MB` or `2.9 GB`: whole kilobytes or megabytes below a gigabyte, tenths of one above. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A time as people say it: `80 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** A time as people say it: `just now`, `5 minutes ago`, `yesterday`. @param iso ISO 8601 */
export function whenWords(iso: string, nowMs: number = Date.now()): string {
  const agoMs = nowMs - Date.parse(iso);
  const [unit, sizeMs] = STEPS.find(([, ms]) => agoMs >= ms) ?? [];
  return unit === undefined || sizeMs === undefined ? 'just now' : RELATIVE.format(-Math.floor(agoMs / sizeMs), unit);
}
