import {
  curvesBox,
  detailAt,
  distanceToCurves,
  fitInto,
  fitted,
  MAX_ZOOM,
  MIN_ZOOM,
  snapToGuides,
  Visibility,
  visibleBox,
  WireIndex,
  wireCurves,
  wrapWords,
  zoomedAround,
} from '@unclip-studio/editor/canvas';
import { expect, test } from 'vitest';

test('a zoom leaves the place under the pointer where it is', () => {
  const viewport = { x: 30, y: -50, k: 0.8 };

  const { x, y, k } = zoomedAround(viewport, { x: 400, y: 300 }, 1.6);

  expect(k).toBe(1.6);
  expect((400 - x) / k).toBeCloseTo((400 - viewport.x) / viewport.k);
  expect((300 - y) / k).toBeCloseTo((300 - viewport.y) / viewport.k);
});

test('zoom has limits', () => {
  const at = { x: 0, y: 0 };

  expect(zoomedAround({ x: 0, y: 0, k: 1 }, at, 1e9).k).toBe(MAX_ZOOM);
  expect(zoomedAround({ x: 0, y: 0, k: 1 }, at, 0).k).toBe(MIN_ZOOM);
});

test('what was fitted is on the screen, in the middle', () => {
  const box = { x: -200, y: 100, width: 3000, height: 500 };
  const size = { widthPx: 1000, heightPx: 700 };

  const viewport = fitted(box, { ...size, marginPx: 50, maxZoom: 1, minZoom: 0 });

  const shown = visibleBox(viewport, size, 0);
  expect(shown.x).toBeLessThan(box.x);
  expect(shown.x + shown.width).toBeGreaterThan(box.x + box.width);
  expect(shown.x + shown.width / 2).toBeCloseTo(box.x + box.width / 2);
  expect(shown.y + shown.height / 2).toBeCloseTo(box.y + box.height / 2);
});

test.each([
  ['of a huge frame', { x: -1e300, y: -1e300, width: 2e300, height: 10 }],
  ['between places that no number spans', { x: -1.5e308, y: 0, width: Number.POSITIVE_INFINITY, height: 10 }],
])('a box %s is fitted as far as zoom allows, with numbers that a page supports', (_, box) => {
  const viewport = fitted(box, { widthPx: 1000, heightPx: 700, marginPx: 50, maxZoom: 1, minZoom: MIN_ZOOM });

  expect(Object.values(viewport).every(Number.isFinite)).toBe(true);
  expect(viewport.k).toBe(MIN_ZOOM);
});

test('a wire starts and ends level, and its box holds it', () => {
  const curves = wireCurves([
    { x: 100, y: 0 },
    { x: 0, y: 80 },
  ]);

  const [curve] = curves;
  expect([curve?.control1.y, curve?.control2.y]).toEqual([0, 80]);
  // It leaves to the right even where it has to turn back.
  expect(curve?.control1.x).toBeGreaterThan(100);
  expect(curvesBox(curves)).toMatchObject({ y: 0, height: 80 });
});

test('a place on a wire is found with the reroute points before it', () => {
  const curves = wireCurves([
    { x: 0, y: 0 },
    { x: 200, y: 0 },
    { x: 400, y: 100 },
  ]);

  expect(distanceToCurves(curves, { x: 100, y: 3 })).toEqual({ distance: 3, curve: 0 });
  expect(distanceToCurves(curves, { x: 300, y: 50 }).curve).toBe(1);
});

test('a wire follows its card, and is found where it is now', () => {
  const cards = { source: { x: 0, y: 0 }, reader: { x: 300, y: 0 } };
  const index = new WireIndex({
    socket: (node) => cards[node as keyof typeof cards],
    reroutes: () => [],
  });
  index.add({ id: 'reader.in', source: 'source', output: 'out', reader: 'reader', input: 'in', colour: 'red' });
  expect(index.at({ x: 150, y: 0 }, 5)).toEqual({ link: 'reader.in', index: 0 });

  cards.source = { x: 0, y: 500 };
  cards.reader = { x: 300, y: 500 };
  index.touchNode('source');

  expect(index.at({ x: 150, y: 0 }, 5)).toBeUndefined();
  expect(index.at({ x: 150, y: 500 }, 5)?.link).toBe('reader.in');
});

function visibilityRig() {
  const shown: string[] = [];
  const hidden: string[] = [];
  const visibility = new Visibility({
    show: (node) => shown.push(node),
    hide: (node) => hidden.push(node),
    changed() {},
  });
  const boxes = [0, 100, 200, 5000].map((x, i) => [`n${i}`, { x, y: 0, width: 50, height: 50 }] as const);
  return { visibility, shown, hidden, boxes };
}

const SCREEN = { x: 0, y: 0, width: 260, height: 100 };

test('only cards on the screen are mounted, nearest first if there is no time for all', () => {
  const { visibility, shown, boxes } = visibilityRig();

  const isBehind = visibility.update({ boxes, screen: SCREEN, detail: 'full', budget: 2 });

  expect(isBehind).toBe(true);
  expect(shown).toEqual(['n1', 'n2']);
  expect(visibility.missing).toEqual(['n0']);
  expect(visibility.update({ boxes, screen: SCREEN, detail: 'full', budget: 2 })).toBe(false);
  expect(shown).toEqual(['n1', 'n2', 'n0']);
});

test('when zoomed out no card is mounted, and mounted ones are removed', () => {
  const { visibility, hidden, boxes } = visibilityRig();
  visibility.update({ boxes, screen: SCREEN, detail: 'full', budget: 9 });

  visibility.update({ boxes, screen: SCREEN, detail: detailAt(0.1), budget: 9 });

  expect(hidden).toEqual(['n0', 'n1', 'n2']);
  expect(visibility.visible.size).toBe(0);
});

test('a card mounted small gets its params when it has become large, some a frame', () => {
  const { visibility, boxes } = visibilityRig();
  const told: string[] = [];
  for (const [node] of boxes) visibility.subscribe(node, () => told.push(node));
  visibility.update({ boxes, screen: SCREEN, detail: 'plain', budget: 9 });
  expect(visibility.isComplete('n0')).toBe(false);

  expect(visibility.update({ boxes, screen: SCREEN, detail: 'full', budget: 2 })).toBe(true);
  expect(visibility.update({ boxes, screen: SCREEN, detail: 'full', budget: 2 })).toBe(false);

  expect(told).toEqual(['n0', 'n1', 'n2']);
  expect(visibility.isComplete('n0')).toBe(true);
});

test('titles of the far view are split between words, and images keep their shape', () => {
  const fits = (line: string) => line.length <= 9;

  expect(wrapWords('Load Image or Interpolation', fits)).toEqual(['Load', 'Image or', 'Interpolation']);
  expect(fitInto({ x: 0, y: 0, width: 100, height: 100 }, { width: 200, height: 100 })).toEqual({
    x: 0,
    y: 25,
    width: 100,
    height: 50,
  });
});

test('a dragged box is drawn to the nearest edge or middle in each axis, and lines show to what', () => {
  const others = [
    { x: 0, y: 0, width: 200, height: 100 },
    { x: 0, y: 300, width: 160, height: 80 },
    { x: 900, y: 900, width: 50, height: 50 },
  ];

  const { offset, guides } = snapToGuides({ x: 4, y: 97, width: 120, height: 60 }, others, 6);

  // Left edges: 4 -> 0. The upper edge: 97 -> 100, where the first box ends.
  expect(offset).toEqual({ x: -4, y: 3 });
  expect(guides).toEqual([
    { axis: 'x', at: 0, from: 0, to: 380 },
    { axis: 'y', at: 100, from: 0, to: 200 },
  ]);
});

test('a box that is in line with nothing stays where it is, and a middle is not drawn to an edge', () => {
  const other = { x: 0, y: 0, width: 200, height: 100 };

  expect(snapToGuides({ x: 40, y: 213, width: 120, height: 60 }, [other], 6)).toEqual({
    offset: { x: 0, y: 0 },
    // Both have their middle at 100.
    guides: [{ axis: 'x', at: 100, from: 0, to: 273 }],
  });
  // Its middle, at 201, is next to the right edge of the other, at 200.
  expect(snapToGuides({ x: 151, y: 213, width: 100, height: 60 }, [other], 6).guides).toEqual([]);
});
