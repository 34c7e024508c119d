/** A day of the calendar. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** From `fromMs` on and before `toMs`, milliseconds since 1970. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface MonthSpan extends TimeSpan {
  /** Such as `2026-11`. */
  readonly month: string;
}

/** The calendar as people in one time zone know it, daylight saving time included. */
export interface LocalDates {
  /** The day on which something was made. */
  dayOf(timeMs: number): CalendarDay;
  /** The first moment of a day; a day or month beyond the last one counts on, as with `Date`. */
  startOf(day: CalendarDay): number;
  /** All months from one moment to another, newest first. */
  monthsBetween(fromMs: number, toMs: number): readonly MonthSpan[];
}

/** The zone of this machine, as IANA names it. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const DAY_MS = 86_400_000;

/** @param timeZone as IANA names it, such as `Europe/Berlin` */
export function createLocalDates(timeZone: string): LocalDates {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, era: 'short', ...numeric, ...clock });

  function partsAt(timeMs: number) {
    const parts = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return { year, month, day, hour, minute, second };
  }

  function offsetAt(timeMs: number): number {
    const { year, month, day, hour, minute, second } = partsAt(timeMs);
    return Date.UTC(year, month - 1, day, hour, minute, second) - timeMs;
  }

  function dayOf(timeMs: number): CalendarDay {
    const { year, month, day } = partsAt(timeMs);
    return { year, month, day };
  }

  function startOf({ year, month, day }: CalendarDay): number {
    const asUtc = Date.UTC(year, month - 1, day);
    const wanted = new Date(asUtc).getUTCDate();
    // Clocks may be set at midnight itself, so what holds a day before and a day after are both tried.
    const [first, second] = [offsetAt(asUtc - DAY_MS), offsetAt(asUtc + DAY_MS)]
      .map((offset) => asUtc - offset)
      .sort((a, b) => a - b) as [number, number]; // As many as offsets.
    return dayOf(first).day === wanted ? first : second;
  }

  return {
    dayOf,
    startOf,
    monthsBetween(fromMs, toMs) {
      const months: MonthSpan[] = [];
      let { year, month } = dayOf(toMs);
      let end = startOf({ year, month: month + 1, day: 1 });
      while (end > fromMs) {
        const start = startOf({ year, month, day: 1 });
        months.push({ month: `${year}-${String(month).padStart(2, '0')}`, fromMs: start, toMs: end });
        end = start;
        ({ year, month } = month === 1 ? { year: year - 1, month: 12 } : { year, month: month - 1 });
      }
      return months;
    },
  };
}
