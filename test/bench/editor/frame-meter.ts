import type { Page } from 'playwright-core';
import { rounded } from '../../support/measure.js';

/** How smoothly a page drew. */
export interface FrameRate {
  readonly fps: number;
  /** The gap between frames that 95 of 100 do not exceed. */
  readonly p95Ms: number;
  readonly longestMs: number;
  readonly longTaskMs: number;
}

// Counts animation frames inside the page: one for each image that the browser shows.
const METER = `
window.__meter = {
  start() {
    const times = [];
    let isOn = true;
    let longTaskMs = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longTaskMs += entry.duration;
    });
    observer.observe({ entryTypes: ['longtask'] });
    const onFrame = (now) => {
      times.push(now);
      if (isOn) requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
    this.stop = () => {
      isOn = false;
      observer.disconnect();
      return { times, longTaskMs };
    };
  },
};`;

export async function installFrameMeter(page: Page): Promise<void> {
  await page.evaluate(METER);
}

/** Counts frames while `act` runs. */
export async function measureFrames(page: Page, act: () => Promise<void>): Promise<FrameRate> {
  await page.evaluate('window.__meter.start()');
  await act();
  const { times, longTaskMs } = await page.evaluate<{ times: number[]; longTaskMs: number }>('window.__meter.stop()');
  const gaps = times
    .slice(1)
    .map((time, i) => time - (times[i] ?? time))
    .sort((a, b) => a - b);
  const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    fps: rounded((gaps.length * 1000) / spanMs, 1),
    p95Ms: rounded(gaps[Math.floor(gaps.length * 0.95)] ?? 0, 1),
    longestMs: rounded(gaps.at(-1) ?? 0, 1),
    longTaskMs: Math.round(longTaskMs),
  };
}
