import type { Browser } from 'playwright-core';
import { type OpenGraph, openGraph } from './open-graph.js';
import { drag, livePan, pan, type SceneResult, type Stage, showNear, showWhole, zoom } from './scenes.js';

const SCENES: readonly (readonly [
  name: string,
  show: (stage: Stage) => Promise<void>,
  act: (stage: Stage, scene: string) => Promise<SceneResult>,
])[] = [
  ['pan', showNear, pan],
  ['whole pan', showWhole, pan],
  ['zoom', showNear, zoom],
  ['drag', showNear, drag],
  ['whole drag', showWhole, drag],
  ['live pan', showNear, livePan],
];

/** One page's figures for one size of graph. */
export interface Run extends Pick<OpenGraph, 'loadMs' | 'elements' | 'listenersPerNode'> {
  readonly scenes: readonly SceneResult[];
}

/**
 * Plays every scene on each page in turn, so that what else the machine does falls on all of them alike.
 *
 * @returns a run for each of the origins, in their order
 */
export async function compare(
  browser: Browser,
  origins: readonly string[],
  size: { readonly count: number; readonly seconds: number },
): Promise<readonly Run[]> {
  const graphs: OpenGraph[] = [];
  try {
    for (const origin of origins) graphs.push(await openGraph(browser, origin, size));
    const scenes = graphs.map((): SceneResult[] => []);
    for (const [name, show, act] of SCENES) {
      for (const [i, { stage }] of graphs.entries()) {
        await stage.page.bringToFront();
        await show(stage);
        scenes[i]?.push(await act(stage, name));
      }
    }
    return graphs.map(({ loadMs, elements, listenersPerNode }, i) => {
      return { loadMs, elements, listenersPerNode, scenes: scenes[i] ?? [] };
    });
  } finally {
    for (const graph of graphs) await graph.close();
  }
}
