import {
  brushRadius,
  createMask,
  encodeMask,
  feather,
  fillAll,
  fitted,
  floodFill,
  invert,
  type MaskRaster,
  maskFromPixels,
  maskSize,
  PaintHistory,
  paintSegment,
  paintShape,
  pinched,
  toMask,
  zoomedAt,
} from '@unclip-studio/editor/painting';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';

const HARD = { paint: 'add', softness: 0 } as const;

/** One character a pixel: `#` masked, `+` partly, `.` not. */
function drawn({ width, height, data }: MaskRaster): string {
  const sign = (level: number) => (level === 255 ? '#' : level === 0 ? '.' : '+');
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), sign).join(''),
  );
  return rows.join('\n');
}

function level({ width, data }: MaskRaster, x: number, y: number): number {
  return data[y * width + x] ?? -1;
}

function sum({ data }: MaskRaster): number {
  return data.reduce((total, one) => total + one, 0);
}

describe('brush', () => {
  test('a dab covers the area of its disc, and nothing beyond its edge', () => {
    const mask = createMask(64, 64);
    const at = { x: 32, y: 32, radius: 10 };

    paintSegment(mask, [at, at], HARD);

    expect(sum(mask) / 255).toBeCloseTo(Math.PI * 100, -1);
    expect([level(mask, 32, 32), level(mask, 32 + 8, 32), level(mask, 32 + 11, 32)]).toEqual([255, 255, 0]);
  });

  test('a line has round ends and the same width everywhere, however far apart its points are', () => {
    const mask = createMask(100, 40);

    paintSegment(
      mask,
      [
        { x: 20, y: 20, radius: 6 },
        { x: 80, y: 20, radius: 6 },
      ],
      HARD,
    );

    // A rectangle of 60 x 12 and a disc.
    expect(sum(mask) / 255).toBeCloseTo(60 * 12 + Math.PI * 36, -1);
    expect([level(mask, 50, 15), level(mask, 50, 12), level(mask, 15, 20), level(mask, 12, 20)]).toEqual([
      255, 0, 255, 0,
    ]);
  });

  test('pressure makes a line wider along its way', () => {
    const mask = createMask(100, 60);

    paintSegment(
      mask,
      [
        { x: 20, y: 30, radius: 2 },
        { x: 80, y: 30, radius: 20 },
      ],
      HARD,
    );

    const widths = [22, 50, 78].map(
      (x) => Array.from({ length: 60 }, (_, y) => level(mask, x, y)).filter(Boolean).length,
    );
    expect(widths[0]).toBeLessThan(widths[1] ?? 0);
    expect(widths[1]).toBeLessThan(widths[2] ?? 0);
    expect(brushRadius(40, 0.5)).toBeLessThan(brushRadius(40, 1));
    expect(brushRadius(40, undefined)).toBe(20);
  });

  test('a soft brush is whole in its middle and fades to its edge; going over it again adds nothing', () => {
    const mask = createMask(64, 64);
    const at = { x: 32, y: 32, radius: 20 };

    paintSegment(mask, [at, at], { paint: 'add', softness: 1 });
    const once = mask.data.slice();
    paintSegment(mask, [at, at], { paint: 'add', softness: 1 });

    const levels = [0, 5, 10, 15, 19].map((distance) => level(mask, 32 + distance, 32));
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
    expect(levels[0]).toBeGreaterThan(250);
    expect(levels[4]).toBeLessThan(10);
    expect(mask.data).toEqual(once);
  });

  test('the eraser removes what it touches', () => {
    const mask = createMask(9, 5);
    fillAll(mask, 255);

    paintSegment(
      mask,
      [
        { x: 4.5, y: 0, radius: 1 },
        { x: 4.5, y: 5, radius: 1 },
      ],
      { paint: 'remove', softness: 0 },
    );

    expect(drawn(mask)).toBe(['###+.+###', '###+.+###', '###+.+###', '###+.+###', '###+.+###'].join('\n'));
  });

  test('strokes beyond the image are clipped', () => {
    const mask = createMask(10, 10);
    const far = { x: -50, y: 5, radius: 4 };

    expect(paintSegment(mask, [far, far], HARD)).toEqual({ left: 0, top: 0, right: 0, bottom: 0 });
    expect(sum(mask)).toBe(0);
  });
});

describe('filling', () => {
  test('a click inside an outline fills it, and one on a painted area removes it', () => {
    const mask = createMask(9, 7);
    paintShape(mask, { kind: 'rectangle', left: 1, top: 1, width: 7, height: 5 }, 'add');
    paintShape(mask, { kind: 'rectangle', left: 2, top: 2, width: 5, height: 3 }, 'remove');
    paintShape(mask, { kind: 'rectangle', left: 4, top: 2, width: 1, height: 2 }, 'add');

    const area = floodFill(mask, 2, 3);

    expect(drawn(mask)).toBe(
      ['.........', '.#######.', '.#######.', '.#######.', '.#######.', '.#######.', '.........'].join('\n'),
    );
    expect(area).toEqual({ left: 2, top: 2, right: 7, bottom: 5 });

    floodFill(mask, 4, 4);
    expect(sum(mask)).toBe(0);
  });

  test('a winding way is filled to its end', () => {
    const mask = createMask(7, 7);
    // A spiral: walls with one gap each.
    const walls = ['#######', '......#', '#####.#', '#...#.#', '#.###.#', '#.....#', '#######'];
    mask.data.set(walls.flatMap((row) => [...row].map((sign) => (sign === '#' ? 255 : 0))));

    floodFill(mask, 0, 1);

    expect(drawn(mask)).toBe(Array(7).fill('#######').join('\n'));
  });

  test('the whole mask is filled, cleared and inverted', () => {
    const mask = createMask(3, 1);
    mask.data.set([0, 100, 255]);

    invert(mask);
    expect([...mask.data]).toEqual([255, 155, 0]);
    fillAll(mask, 0);
    expect([...mask.data]).toEqual([0, 0, 0]);
  });
});

describe('shapes by numbers', () => {
  test('a rectangle is exactly its pixels; an ellipse touches its sides and has its area', () => {
    const mask = createMask(40, 30);
    paintShape(mask, { kind: 'rectangle', left: 3, top: 4, width: 5, height: 6 }, 'add');
    expect(sum(mask)).toBe(5 * 6 * 255);
    expect([level(mask, 3, 4), level(mask, 7, 9), level(mask, 8, 9), level(mask, 2, 4)]).toEqual([255, 255, 0, 0]);

    fillAll(mask, 0);
    const area = paintShape(mask, { kind: 'ellipse', left: 5, top: 5, width: 30, height: 20 }, 'add');

    expect(sum(mask) / 255).toBeCloseTo(Math.PI * 15 * 10, -1);
    expect([level(mask, 20, 5), level(mask, 5, 15), level(mask, 5, 5)]).toEqual([255, 255, 0]);
    expect(area).toEqual({ left: 5, top: 5, right: 35, bottom: 25 });
  });
});

describe('feathering', () => {
  test('an edge fades to both sides, keeps its middle at half, and the amount of the mask', () => {
    const mask = createMask(64, 64);
    paintShape(mask, { kind: 'rectangle', left: 16, top: 16, width: 32, height: 32 }, 'add');
    const before = sum(mask);

    feather(mask, 6);

    const across = Array.from({ length: 20 }, (_, x) => level(mask, x + 6, 32));
    expect(across).toEqual([...across].sort((a, b) => a - b));
    expect((level(mask, 15, 32) + level(mask, 16, 32)) / 2).toBeCloseTo(127.5, 0);
    expect(level(mask, 32, 32)).toBe(255);
    expect(sum(mask) / before).toBeCloseTo(1, 2);
  });

  test('a mask that reaches the border of the image stays whole there', () => {
    const mask = createMask(20, 20);
    fillAll(mask, 255);

    feather(mask, 8);

    expect(sum(mask)).toBe(20 * 20 * 255);
  });
});

describe('undo and redo', () => {
  test('each step comes back whole, and a new one ends what could be redone', () => {
    const mask = createMask(8, 1);
    const history = new PaintHistory(mask);
    const paint = (left: number) => {
      history.begin();
      history.touch(paintShape(mask, { kind: 'rectangle', left, top: 0, width: 1, height: 1 }, 'add'));
      history.touch(paintShape(mask, { kind: 'rectangle', left: left + 1, top: 0, width: 1, height: 1 }, 'add'));
      history.end();
    };
    paint(0);
    paint(4);
    expect(drawn(mask)).toBe('##..##..');

    expect(history.undo()).toEqual({ left: 4, top: 0, right: 6, bottom: 1 });
    expect(drawn(mask)).toBe('##......');
    history.redo();
    expect(drawn(mask)).toBe('##..##..');
    history.undo();
    history.undo();
    expect([drawn(mask), history.canUndo]).toEqual(['........', false]);
    expect(history.undo()).toBeUndefined();

    paint(6);
    expect([drawn(mask), history.canRedo]).toEqual(['......##', false]);
  });

  test('a stroke that turned out to be two fingers leaves nothing', () => {
    const mask = createMask(4, 1);
    const history = new PaintHistory(mask);
    history.begin();
    history.touch(fillAll(mask, 255));

    history.cancel();

    expect([drawn(mask), history.canUndo]).toEqual(['....', false]);
  });
});

describe('view', () => {
  const stage = { width: 800, height: 600 };

  test('the whole image is shown in the middle', () => {
    const view = fitted(stage, { width: 2000, height: 1000 });

    expect(view.scale).toBe(0.38);
    expect(toMask(view, { x: 400, y: 300 })).toEqual({ x: 1000, y: 500 });
  });

  test('zooming keeps the point under the pointer, within limits', () => {
    const view = fitted(stage, { width: 500, height: 500 });
    const at = { x: 123, y: 456 };

    const zoomed = zoomedAt(view, at, 3);

    expect(zoomed.scale).toBeCloseTo(view.scale * 3);
    expect(toMask(zoomed, at).x).toBeCloseTo(toMask(view, at).x);
    expect(toMask(zoomed, at).y).toBeCloseTo(toMask(view, at).y);
    expect(zoomedAt(view, at, 1e9).scale).toBe(40);
  });

  test('two fingers zoom and move what is under them', () => {
    const view = { x: 10, y: 20, scale: 1 };

    const moved = pinched(
      view,
      [
        { x: 100, y: 100 },
        { x: 200, y: 100 },
      ],
      [
        { x: 150, y: 140 },
        { x: 350, y: 140 },
      ],
    );

    expect(moved.scale).toBe(2);
    for (const [before, now] of [
      [100, 150],
      [200, 350],
    ] as const) {
      expect(toMask(moved, { x: now, y: 140 }).x).toBeCloseTo(toMask(view, { x: before, y: 100 }).x);
      expect(toMask(moved, { x: now, y: 140 }).y).toBeCloseTo(toMask(view, { x: before, y: 100 }).y);
    }
  });
});

describe('as a file', () => {
  test('is a gray PNG of exactly these levels, and the same bytes again', async () => {
    const mask = createMask(37, 23);
    for (let i = 0; i < mask.data.length; i++) mask.data[i] = (i * 7919) % 256;

    const png = await encodeMask(mask);

    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([37, 23, 1]);
    expect(new Uint8Array(data)).toEqual(mask.data);
    expect(await encodeMask(mask)).toEqual(png);
  });

  test('is read from its brightness, or from the transparency of an image', () => {
    const rgba = Uint8ClampedArray.of(200, 200, 200, 255, 9, 9, 9, 55);

    expect([...maskFromPixels(rgba, true)]).toEqual([200, 9]);
    expect([...maskFromPixels(rgba, false)]).toEqual([0, 200]);
  });

  test('has the size of its image, and of a huge one its proportions', () => {
    expect(maskSize(768, 512)).toEqual({ width: 768, height: 512 });
    expect(maskSize(8192, 6144)).toEqual({ width: 2048, height: 1536 });
  });
});
