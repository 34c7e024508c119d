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
