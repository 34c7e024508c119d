import { readdirSync, readFileSync } from 'node:fs';
import { exportComfyUi, importComfyUi } from '@unclip-studio/comfyui';
import { arrangeCards, layoutRequest } from '@unclip-studio/editor/actions';
import { wireCurves } from '@unclip-studio/editor/canvas';
import { cardBoxes, layOut, routeWires } from '@unclip-studio/editor/catalog';
import { type Box, type Point, readDocument, type WorkflowDocument } from '@unclip-studio/editor/document';
import { createCatalog, parseWorkflow, toDefinition, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expect, test } from 'vitest';
import { inLongSuite } from '../support/long-suite.js';

const catalog = createCatalog(unclipNodes.map(toDefinition));
const FOLDER = new URL('../../workflows/', import.meta.url);
const TEMPLATES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

function open(name: string) {
  const parsed = parseWorkflow(readFileSync(new URL(name, FOLDER), 'utf8'));
  if (!parsed.ok) throw new Error(`${name} cannot be read`);
  return readDocument(parsed.value);
}

function curvePoint({ from, control1, control2, to }: ReturnType<typeof wireCurves>[number], t: number): Point {
  const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
  return {
    x: a * from.x + b * control1.x + c * control2.x + d * to.x,
    y: a * from.y + b * control1.y + c * control2.y + d * to.y,
  };
}

/** The cards under which a wire runs, with each of its curves taken at many places. */
function cardsOver(points: readonly Point[], cards: ReadonlyMap<string, Box>): readonly string[] {
  const places = wireCurves(points).flatMap((curve) => Array.from({ length: 81 }, (_, i) => curvePoint(curve, i / 80)));
  return [...cards].flatMap(([id, { x, y, width, height }]) =>
    places.some((p) => p.x > x + 1 && p.x < x + width - 1 && p.y > y + 1 && p.y < y + height - 1) ? [id] : [],
  );
}

const plus = (a: Point | undefined, b: Point): Point => ({ x: (a?.x ?? 0) + b.x, y: (a?.y ?? 0) + b.y });

test('in no template does a wire run under a card', () => {
  expect(TEMPLATES.length).toBeGreaterThan(30);
  expect(TEMPLATES.flatMap((name) => coveredIn(name, open(name)))).toEqual([]);
});

const PARAMETERS = `a yellow star
Negative prompt: blurry
Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 5, Size: 512x512, Model: sd21, Denoising strength: 0.6, Hires upscale: 2, Hires upscaler: Latent`;

const SOME = ['inpaint.json', ...inLongSuite(['few-steps.json', 'mix-two-images.json'])];

test('no wire runs under a card in what is opened without a layout, such as a prompt of ComfyUI or parameters', () => {
  const imported: readonly (readonly [string, Workflow])[] = [
    ['parameters', importComfyUi(PARAMETERS).workflow],
    // As images of ComfyUI carry them.
    ...SOME.map((name) => [name, importComfyUi(JSON.stringify(exportComfyUi(open(name)).prompt)).workflow] as const),
    ...SOME.map((name) => [`own ${name}`, open(name)] as const),
  ];
  const covered = imported.flatMap(([name, { layout: _, ...workflow }]) => coveredIn(name, layOut(workflow, catalog)));

  expect(covered).toEqual([]);
});

// As ComfyUI keeps it in an image: without places.
const PROMPT_OF_TEN = {
  1: { class_type: 'unCLIPCheckpointLoader', inputs: { ckpt_name: 'sd21-unclip-h.ckpt' } },
  2: { class_type: 'LoadImage', inputs: { image: 'cat.png' } },
  3: {
    class_type: 'KSampler',
    inputs: {
      ...{ seed: 1, steps: 3, cfg: 7, sampler_name: 'ddim', scheduler: 'normal', denoise: 1 },
      ...{ model: ['1', 0], positive: ['8', 0], negative: ['7', 0], latent_image: ['5', 0] },
    },
  },
  4: { class_type: 'CLIPVisionEncode', inputs: { clip_vision: ['1', 3], image: ['2', 0], crop: 'center' } },
  5: { class_type: 'EmptyLatentImage', inputs: { width: 768, height: 768, batch_size: 1 } },
  6: { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'a cat' } },
  7: { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'blurry' } },
  8: {
    class_type: 'unCLIPConditioning',
    inputs: { conditioning: ['6', 0], clip_vision_output: ['4', 0], strength: 1, noise_augmentation: 0.1 },
  },
  9: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['1', 2] } },
  10: { class_type: 'SaveImage', inputs: { images: ['9', 0], filename_prefix: 'x' } },
};

const APART = [
  ...['controlnet.json', 'inpaint.json', 'text-to-image.json'],
  ...inLongSuite(['depth.json', 'form.json', 'outpaint.json']),
];

test('wires of different outputs do not lie upon each other in what is opened without a layout', () => {
  const opened: readonly (readonly [string, Workflow])[] = [
    ['a prompt of ten nodes', importComfyUi(JSON.stringify(PROMPT_OF_TEN)).workflow],
    ...APART.map((name) => [name, open(name)] as const),
  ];

  const lying = opened.flatMap(([name, { layout: _, ...workflow }]) => {
    const ways = waysIn(layOut(workflow, catalog));
    return ways.flatMap((a, i) =>
      ways.slice(i + 1).flatMap((b) => {
        const px = a.output === b.output ? 0 : togetherPx(a.places, b.places);
        return px > CARD_GAP_PX ? [`${name}: ${a.id} upon ${b.id} for ${px} px`] : [];
      }),
    );
  });

  expect(lying).toEqual([]);
});

const CARD_GAP_PX = 80;
// Of a wire, and half a step between the points on it.
const LINE_PX = 3.5;

/** Each wire of a document, as points on it a few pixels apart. */
function waysIn(document: WorkflowDocument) {
  const cards = cardBoxes(document, catalog);
  return layoutRequest(document, catalog).wires.map(({ id, source, reader, from, to }) => {
    const [start, end] = [plus(cards.get(source), from), plus(cards.get(reader), to)];
    const points = [start, ...(document.layout.links?.[id]?.points ?? []), end];
    return { id, output: `${start.x},${start.y}`, places: evenly(points) };
  });
}

const STEP_PX = 4;

function evenly(points: readonly Point[]): readonly Point[] {
  const fine = wireCurves(points).flatMap((curve) => Array.from({ length: 400 }, (_, i) => curvePoint(curve, i / 400)));
  let last: Point | undefined;
  return fine.filter((point) => {
    const isFar = last === undefined || Math.hypot(point.x - last.x, point.y - last.y) >= STEP_PX;
    if (isFar) last = point;
    return isFar;
  });
}

/** For how far one wire runs upon another without a gap. */
function togetherPx(a: readonly Point[], b: readonly Point[]): number {
  let [longest, px] = [0, 0];
  for (const p of a) {
    px = b.some((q) => Math.hypot(p.x - q.x, p.y - q.y) < LINE_PX) ? px + STEP_PX : 0;
    longest = Math.max(longest, px);
  }
  return longest;
}

/** The wires of a document that run under cards. */
function coveredIn(name: string, document: WorkflowDocument): readonly string[] {
  const cards = cardBoxes(document, catalog);
  return layoutRequest(document, catalog).wires.flatMap(({ id, source, reader, from, to }) => {
    const [start, end] = [plus(cards.get(source), from), plus(cards.get(reader), to)];
    const over = cardsOver([start, ...(document.layout.links?.[id]?.points ?? []), end], cards);
    return over.length === 0 ? [] : [`${name}: ${id} under ${over}`];
  });
}

test.each(['mix-two-images.json', 'two-pass.json'])(
  'tidied up, no wire runs under a card, and no card lies upon another: %s',
  (name) => {
    const request = layoutRequest(open(name), catalog);

    const { places, routes } = arrangeCards(request);

    const corners = new Map(places);
    const cards = new Map(request.cards.map(([id, box]) => [id, { ...box, ...corners.get(id) }] as const));
    const points = new Map(routes);
    const covered = request.wires.flatMap(({ id, source, reader, from, to }) => {
      const way = [plus(corners.get(source), from), ...(points.get(id) ?? []), plus(corners.get(reader), to)];
      return cardsOver(way, cards).map((card) => `${id} under ${card}`);
    });
    expect(covered).toEqual([]);
    expect(routes.some(([, way]) => way.length > 0)).toBe(true);
  },
);

test('a wire is led around a card between its ends, and through no more points than that takes', () => {
  const between = { x: 300, y: -100, width: 200, height: 200 };
  const wire = { id: 'a.b', from: { x: 0, y: 0 }, to: { x: 800, y: 0 } };

  const points = routeWires([wire], [between]).get('a.b') ?? [];

  expect(points).toHaveLength(2);
  expect(cardsOver([wire.from, ...points, wire.to], new Map([['between', between]]))).toEqual([]);
  expect(routeWires([wire], [{ ...between, y: 400 }]).size).toBe(0);
});

test('a wire without a free way leaves the others enough tries to find theirs', () => {
  const card = (x: number, y: number, width = 100, height = 60): Box => ({ x, y, width, height });
  // Around the end of the first wire, without a gap; and many cards that it may be led around in vain.
  const walls = [
    card(2000, -200, 300, 60),
    card(2000, 140, 300, 60),
    card(1980, -200, 40, 400),
    card(2280, -200, 40, 400),
  ];
  const scattered = Array.from({ length: 36 }, (_, i) => card(300 + 260 * (i % 6), 300 + 160 * Math.floor(i / 6)));
  const inTheWay = card(500, -1030);
  const enclosed = { id: 'enclosed', from: { x: 0, y: 0 }, to: { x: 2150, y: 0 } };
  const simple = { id: 'simple', from: { x: 0, y: -1000 }, to: { x: 1100, y: -1000 } };

  const routes = routeWires([enclosed, simple], [...walls, ...scattered, inTheWay], 16_000);

  expect([...routes.keys()]).toEqual(['simple']);
});
