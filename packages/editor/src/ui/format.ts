import { pageLanguage, texts } from '../messages/texts.js';

/** A time that is left, in whole seconds: it is an estimate, and tenths would only flicker. */
export function formatTimeLeft(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** Such as `850 MB` or `2.9 GB`: whole kilobytes or megabytes below a gigabyte, tenths of one above. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${tenths(bytes / 1e9)} GB`;
}

/** A time as people say it: `80 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${tenths(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** A time as people say it: `just now`, `5 minutes ago`, `yesterday`. @param iso ISO 8601 */
export function whenWords(iso: string, nowMs: number = Date.now()): string {
  const agoMs = nowMs - Date.parse(iso);
  const [unit, sizeMs] = STEPS.find(([, ms]) => agoMs >= ms) ?? [];
  if (unit === undefined || sizeMs === undefined) return texts.time.justNow;
  return new Intl.RelativeTimeFormat(pageLanguage, { numeric: 'auto' }).format(-Math.floor(agoMs / sizeMs), unit);
}

/** The time of day; of another day than today with that day. @param iso ISO 8601 */
export function formatTime(iso: string, nowMs: number = Date.now()): string {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return at.toLocaleString(pageLanguage, {
    hour: 'numeric',
    minute: '2-digit',
    ...(!isToday && { day: 'numeric', month: 'short' }),
  });
}

/** @param iso ISO 8601 */
export function formatDateTime(iso: string): string {
  return new Date(iso).toLocaleString(pageLanguage, { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param iso ISO 8601 */
export function formatDate(iso: string): string {
  return new Date(iso).toLocaleDateString(pageLanguage, { dateStyle: 'medium' });
}

function tenths(value: number): string {
  return value.toLocaleString(pageLanguage, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });
}
