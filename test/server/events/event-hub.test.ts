import { decodePreviewMessage, encodePreviewMessage, type ServerEvent } from '@unclip-studio/protocol';
import { createEventBus, createEventHub } from '@unclip-studio/server';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

const TICK = () => new Promise((resolve) => setImmediate(resolve));

describe('replay', () => {
  test('disconnects at random points lose nothing and repeat nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('event', 'flush', 'cut'), { maxLength: 60 }), async (acts) => {
        const rig = hubRig();
        let socket = fakeSocket();
        let client = rig.hub.connect(socket, rig.bus.lastSeq());
        const seen: number[] = [];

        for (const act of acts) {
          if (act === 'event') rig.bus.publish({ type: 'images-changed' });
          if (act === 'flush') await TICK();
          if (act === 'cut') {
            // What was sent before the cut has arrived; the client continues from the last number it saw.
            seen.push(...socket.seqs());
            rig.hub.disconnect(client);
            socket = fakeSocket();
            client = rig.hub.connect(socket, seen.at(-1) ?? rig.startSeq);
          }
        }
        await TICK();
        seen.push(...socket.seqs());
        rig.hub.close();

        const all = Array.from({ length: rig.bus.lastSeq() - rig.startSeq }, (_, i) => rig.startSeq + 1 + i);
        expect(seen).toEqual(all);
      }),
    );
  });

  test('a hello between an event and its message sends the event once', async () => {
    const rig = hubRig();
    const socket = fakeSocket();
    const client = rig.hub.connect(socket);
    rig.bus.publish({ type: 'models-changed' });

    client.receive(Buffer.from(`{"type":"hello","lastSeq":${rig.startSeq}}`), false);
    await TICK();

    expect(socket.seqs()).toEqual([rig.startSeq + 1]);
  });

  test('too old a number gets a full snapshot', () => {
    const rig = hubRig();
    const socket = fakeSocket();
    const client = rig.hub.connect(socket);

    client.receive(Buffer.from('{"type":"hello","lastSeq":3}'), false);

    expect(socket.texts().map(({ type }) => type)).toEqual(['welcome', 'snapshot']);
  });
});

test('what happens in one turn goes out in one message, the same buffer to all', async () => {
  const rig = hubRig();
  const sockets = [fakeSocket(), fakeSocket()];
  for (const socket of sockets) rig.hub.connect(socket, rig.startSeq);

  for (let i = 0; i < 50; i++) rig.bus.publish({ type: 'models-changed' });
  await TICK();

  const [left, right] = sockets.map((socket) => socket.sent.at(-1)?.data);
  expect(sockets.map((socket) => socket.sent.length)).toEqual([2, 2]);
  expect(left).toBe(right);
});

describe('a slow client', () => {
  test('gets the newest progress of each node once it reads again, and everything else in order', async () => {
    const rig = hubRig();
    const socket = fakeSocket();
    rig.hub.connect(socket, rig.startSeq);
    socket.bufferedAmount = 300_000;

    for (let step = 1; step <= 10; step++)
      rig.bus.publish({ type: 'node-progress', runId: 'r', node: 'a', step, steps: 10 });
    await TICK();
    const whileSlow = socket.seqs().length;
    rig.bus.publish({ type: 'models-changed' });
    await TICK();

    expect(whileSlow).toBe(0);
    expect(socket.events().map(({ type, step }) => [type, step])).toEqual([
      ['node-progress', 10],
      ['models-changed', undefined],
    ]);
  });

  test('gets held progress when it has caught up, though nothing else happens', async () => {
    const rig = hubRig();
    const socket = fakeSocket();
    rig.hub.connect(socket, rig.startSeq);
    socket.bufferedAmount = 300_000;
    rig.bus.publish({ type: 'node-progress', runId: 'r', node: 'a', step: 1, steps: 10 });
    await TICK();

    socket.bufferedAmount = 0;

    await expect.poll(() => socket.seqs()).toEqual([rig.startSeq + 1]);
  });

  test('loses previews first', async () => {
    const rig = hubRig();
    const [slow, good] = [fakeSocket(), fakeSocket()];
    for (const socket of [slow, good]) rig.hub.connect(socket, rig.startSeq).receive(WATCH, false);
    slow.bufferedAmount = 100_000;

    rig.preview(1);

    await expect.poll(() => good.frames().length).toBe(1);
    expect(slow.frames()).toEqual([]);
  });

  test('is closed with 1013 at 4 MB', async () => {
    const rig = hubRig();
    const socket = fakeSocket();
    rig.hub.connect(socket, rig.startSeq);
    socket.bufferedAmount = 5_000_000;

    rig.bus.publish({ type: 'models-changed' });
    await TICK();

    expect(socket.closed).toEqual([1013]);
  });
});

describe('previews', () => {
  test('are requested only while a client is watching, and encoded once for all', async () => {
    const rig = hubRig();
    const sockets = [fakeSocket(), fakeSocket(), fakeSocket()];
    const [first, second] = sockets.map((socket) => rig.hub.connect(socket, rig.startSeq));

    first?.receive(WATCH, false);
    second?.receive(Buffer.from('{"type":"watch","previews":true,"runs":["another"]}'), false);
    rig.preview(3);
    await expect.poll(() => sockets[0]?.frames().length).toBe(1);
    first?.receive(Buffer.from('{"type":"watch","previews":false}'), false);
    second?.receive(Buffer.from('{"type":"watch","previews":false}'), false);

    expect(rig.watching).toEqual([true, false]);
    expect(sockets.map((socket) => socket.frames().length)).toEqual([1, 0, 0]);
    expect(rig.hub.figures.previewsEncoded).toBe(1);
    const message = decodePreviewMessage(sockets[0]?.frames()[0] ?? new Uint8Array());
    expect(message).toMatchObject({
      runId: 'r',
      node: 'a',
      step: 3,
      steps: 9,
      mime: 'image/jpeg',
      widthPx: 8,
      heightPx: 8,
    });
    expect([...(message?.bytes ?? [])]).toEqual([0xff, 0xd8]);
  });

  test('of a node whose name does not fit the message are left out', () => {
    const rig = hubRig();
    const socket = fakeSocket();
    rig.hub.connect(socket, rig.startSeq).receive(WATCH, false);

    rig.preview(1, 'a'.repeat(256));
    rig.preview(2, 'a'.repeat(255));

    expect(socket.frames().map((frame) => decodePreviewMessage(frame)?.step)).toEqual([2]);
  });

  test('survive their binary form', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(65_535), fc.stringMatching(/^[\w-]{1,64}$/), (bytes, step, node) => {
        const message = {
          runId: 'r1',
          node,
          step,
          steps: 9,
          widthPx: 8,
          heightPx: 8,
          mime: 'image/jpeg',
          bytes,
        } as const;

        expect(decodePreviewMessage(encodePreviewMessage(message))).toEqual(message);
      }),
    );
  });
});

describe('messages that are not part of the protocol', () => {
  test.each(['', '{', '[]', 'null', '{"type":"nope"}', '{"type":"hello","lastSeq":-1}', `${'['.repeat(1000)}`])(
    '%j closes with 1008',
    (text) => {
      const rig = hubRig();
      const socket = fakeSocket();

      rig.hub.connect(socket).receive(Buffer.from(text), false);

      expect(socket.closed).toEqual([1008]);
    },
  );

  test('any bytes close or are understood, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (bytes, isBinary) => {
        const rig = hubRig();
        rig.hub.connect(fakeSocket()).receive(Buffer.from(bytes), isBinary);
        rig.hub.close();
      }),
    );
  });

  test('too many messages close with 1008', () => {
    const rig = hubRig();
    const socket = fakeSocket();
    const client = rig.hub.connect(socket);

    for (let i = 0; i < 100; i++) client.receivePing();

    expect(socket.closed).toEqual([1008]);
  });
});

const WATCH = Buffer.from('{"type":"watch","previews":true}');

function hubRig() {
  const startSeq = 1000;
  const bus = createEventBus({ startSeq });
  const watching: boolean[] = [];
  const status = { paused: false, queued: 0, worker: { phase: 'idle', restarts: 0 }, canTakeWork: true } as const;
  const hub = createEventHub({
    events: bus,
    snapshot: () => ({ seq: bus.lastSeq(), status, active: [], recent: [] }),
    watchPreviews: (isWatching) => void watching.push(isWatching),
    now: () => 0,
  });
  onTestFinished(() => hub.close());
  const image = { widthPx: 8, heightPx: 8, mime: 'image/jpeg', bytes: Uint8Array.of(0xff, 0xd8) } as const;
  return {
    hub,
    bus,
    startSeq,
    watching,
    preview: (step: number, node = 'a') => bus.publishPreview({ runId: 'r', node, step, steps: 9, ...image }),
  };
}

function fakeSocket() {
  const socket = {
    bufferedAmount: 0,
    sent: [] as { readonly data: Uint8Array; readonly binary: boolean }[],
    closed: [] as number[],
    send(data: Uint8Array, { binary }: { readonly binary: boolean }) {
      socket.sent.push({ data, binary });
    },
    close: (code: number) => void socket.closed.push(code),
    terminate() {},
    texts: () =>
      socket.sent.filter(({ binary }) => !binary).map(({ data }) => JSON.parse(Buffer.from(data).toString())),
    events: (): (ServerEvent & { readonly step?: number })[] => socket.texts().flatMap(({ events }) => events ?? []),
    seqs: () => socket.events().map(({ seq }) => seq),
    frames: () => socket.sent.filter(({ binary }) => binary).map(({ data }) => data),
  };
  return socket;
}
