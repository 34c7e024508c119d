import type { Page } from 'playwright-core';
import { type FrameRate, measureFrames } from './frame-meter.js';
import { type Pointer, repeatFor } from './pointer.js';

/** The part of a page's hooks that the scenes use; see the editor's `testing` folder, and `xyflow` next to this one. */
export interface Bench {
  readonly wheelStep: number;
  load(n: number): Promise<{ nodes: number; links: number }>;
  view(x: number, y: number, k: number): Promise<void>;
  fit(): Promise<void>;
  transform(): { x: number; y: number; k: number };
  bounds(): { l: number; t: number; r: number; b: number };
  grip(id?: string): { id: string; x: number; y: number };
  pos(id: string): { x: number; y: number };
  live(isOn: boolean, n?: number): Promise<void>;
  liveStats(): { frames: number; painted: number };
  isEmpty(x: number, y: number): boolean;
}

declare global {
  var __editorBench: Bench;
}

export interface SceneResult extends FrameRate {
  readonly scene: string;
  /** Pixels, or canvas units for drags: proves that something moved. */
  readonly moved: number;
  readonly painted?: number;
}

export interface Stage {
  readonly page: Page;
  readonly pointer: Pointer;
  readonly seconds: number;
}

export const VIEW = { width: 1440, height: 900 } as const;
const MIDDLE = { x: VIEW.width / 2, y: VIEW.height / 2 };

/** Shows the middle of the graph at 100 %. */
export function showNear({ page }: Stage): Promise<void> {
  return page.evaluate(({ x, y }) => {
    const { l, t, r, b } = globalThis.__editorBench.bounds();
    return globalThis.__editorBench.view(x - (l + r) / 2, y - (t + b) / 2, 1);
  }, MIDDLE);
}

export function showWhole({ page }: Stage): Promise<void> {
  return page.evaluate(() => globalThis.__editorBench.fit());
}

/** Moves the canvas about by an empty place. */
export async function pan(stage: Stage, scene: string): Promise<SceneResult> {
  const { page, pointer, seconds } = stage;
  const place = await emptyPlace(page);
  const before = await page.evaluate(() => globalThis.__editorBench.transform());
  await pointer.hover(place.x, place.y);
  await pointer.press(place.x, place.y);
  const frames = await measureFrames(page, () =>
    repeatFor(seconds, (_, t) => pointer.dragTo(place.x + Math.sin(t * 2.4) * 400, place.y + Math.sin(t * 1.7) * 250)),
  );
  const after = await page.evaluate(() => globalThis.__editorBench.transform());
  await pointer.release(place.x, place.y);
  return { scene, ...frames, moved: Math.round(Math.hypot(after.x - before.x, after.y - before.y)) };
}

/** Zooms in and out between 30 and 110 %. */
export async function zoom({ page, pointer, seconds }: Stage, scene: string): Promise<SceneResult> {
  const step = await page.evaluate(() => globalThis.__editorBench.wheelStep);
  let direction = 1;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  const frames = await measureFrames(page, () =>
    repeatFor(seconds, async (i) => {
      await pointer.wheel(MIDDLE.x, MIDDLE.y, direction * step);
      if (i % 4 !== 0) return;
      const { k } = await page.evaluate(() => globalThis.__editorBench.transform());
      least = Math.min(least, k);
      most = Math.max(most, k);
      if (k < 0.3) direction = -1;
      else if (k > 1.1) direction = 1;
    }),
  );
  return { scene, ...frames, moved: Math.round((most - least) * 100) };
}

/** Drags one card with six wires about. */
export async function drag({ page, pointer, seconds }: Stage, scene: string): Promise<SceneResult> {
  const grip = await reachableGrip(page);
  const before = await page.evaluate((id) => globalThis.__editorBench.pos(id), grip.id);
  await pointer.hover(grip.x, grip.y);
  await pointer.press(grip.x, grip.y);
  const frames = await measureFrames(page, () =>
    repeatFor(seconds, (_, t) => pointer.dragTo(grip.x + Math.sin(t * 2.4) * 200, grip.y + Math.sin(t * 1.7) * 150)),
  );
  const after = await page.evaluate((id) => globalThis.__editorBench.pos(id), grip.id);
  await pointer.release(grip.x, grip.y);
  return { scene, ...frames, moved: Math.round(Math.hypot(after.x - before.x, after.y - before.y)) };
}

/** Pans while five cards get a new image ten times a second. */
export async function livePan(stage: Stage, scene: string): Promise<SceneResult> {
  const { page } = stage;
  await page.evaluate(() => globalThis.__editorBench.live(true, 5));
  const before = await page.evaluate(() => globalThis.__editorBench.liveStats());
  const result = await pan(stage, scene);
  const after = await page.evaluate(() => globalThis.__editorBench.liveStats());
  await page.evaluate(() => globalThis.__editorBench.live(false));
  return { ...result, painted: after.painted - before.painted };
}

/** A place of the canvas with no card, searched outward from the middle. */
function emptyPlace(page: Page): Promise<{ readonly x: number; readonly y: number }> {
  return page.evaluate(`(() => {
    for (let r = 0; r < 700; r += 10) {
      for (const [dx, dy] of [[r, 0], [-r, 0], [0, r], [0, -r], [r, r], [-r, -r]]) {
        const x = ${MIDDLE.x} + dx;
        const y = ${MIDDLE.y} + dy;
        if (x < 60 || y < 110 || x > ${VIEW.width - 60} || y > ${VIEW.height - 90}) continue;
        const element = document.elementFromPoint(x, y);
        if (element?.closest('[data-testid=canvas]') && !element.closest('[data-node-id]') && window.__editorBench.isEmpty(x, y)) return { x, y };
      }
    }
    throw new Error('There is no empty place on the canvas.');
  })()`);
}

/** A card's grip with room around it; the view is moved if the nearest one lies at the edge. */
async function reachableGrip(page: Page): Promise<{ readonly id: string; readonly x: number; readonly y: number }> {
  const grip = await page.evaluate(() => globalThis.__editorBench.grip());
  if (grip.x > 250 && grip.x < 1190 && grip.y > 220 && grip.y < 700) return grip;
  await page.evaluate(({ x, y }) => {
    const { transform, view } = globalThis.__editorBench;
    const at = transform();
    return view(at.x + 720 - x, at.y + 400 - y, at.k);
  }, grip);
  return page.evaluate((id) => globalThis.__editorBench.grip(id), grip.id);
}
