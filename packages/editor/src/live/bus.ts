/** Images on their way to canvases: the latest one of each node, painted at most once a frame, past React. */
export interface PreviewBus {
  /**
   * Shows a new image of a node. Where no canvas is on the screen, it is kept until there is one.
   *
   * @param image an encoded image, as it came from the server
   */
  push(node: string, image: Blob): void;
  /** The canvas of a node has been mounted. @returns reports that it was unmounted */
  attach(node: string, canvas: HTMLCanvasElement): () => void;
  /** Forgets the images of all nodes, or of some, as when a run begins. */
  clear(nodes?: Iterable<string>): void;
  /** Whether there is an image to show. */
  has(node: string): boolean;
  /** The last image of a node, as it came. */
  latest(node: string): Blob | undefined;
  /** Calls back when a node's first image has come, or its images were forgotten. */
  subscribe(node: string, listener: () => void): () => void;
  /** Counters for tests and measurements. */
  readonly stats: { readonly pushed: number; readonly painted: number };
}

/** An image ready to be drawn, and the canvas on which it goes. */
interface Pending {
  readonly canvas: HTMLCanvasElement;
  readonly bitmap: ImageBitmap;
}

export function createPreviewBus(): PreviewBus {
  const latest = new Map<string, Blob>();
  /** Of each node the canvases on the page, the one mounted last at the end: it alone is painted. */
  const canvases = new Map<string, readonly HTMLCanvasElement[]>();
  const pending = new Map<string, Pending>();
  const listeners = new Map<string, Set<() => void>>();
  const stats = { pushed: 0, painted: 0 };
  let frame = 0;

  const shownCanvas = (node: string) => canvases.get(node)?.at(-1);

  function repaint(node: string): void {
    const [image, canvas] = [latest.get(node), shownCanvas(node)];
    if (image !== undefined && canvas !== undefined) void decode(node, image, canvas);
  }

  async function decode(node: string, image: Blob, canvas: HTMLCanvasElement): Promise<void> {
    const bitmap = await createImageBitmap(image).catch(() => undefined);
    // A torn image is one of many; the next one comes in a moment.
    if (bitmap === undefined) return;
    // Images may be decoded out of order, and the canvas may have gone meanwhile.
    if (latest.get(node) !== image || shownCanvas(node) !== canvas) {
      bitmap.close();
      return;
    }
    pending.get(node)?.bitmap.close();
    pending.set(node, { canvas, bitmap });
    if (frame === 0) frame = requestAnimationFrame(paint);
  }

  function paint(): void {
    frame = 0;
    for (const { canvas, bitmap } of pending.values()) {
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      bitmap.close();
      stats.painted++;
    }
    pending.clear();
  }

  function tell(node: string): void {
    for (const listener of listeners.get(node) ?? []) listener();
  }

  return {
    stats,
    push(node, image) {
      stats.pushed++;
      const isFirst = !latest.has(node);
      latest.set(node, image);
      const canvas = shownCanvas(node);
      if (canvas !== undefined) void decode(node, image, canvas);
      if (isFirst) tell(node);
    },
    attach(node, canvas) {
      canvases.set(node, [...(canvases.get(node) ?? []), canvas]);
      repaint(node);
      return () => {
        const left = (canvases.get(node) ?? []).filter((other) => other !== canvas);
        if (left.length === 0) canvases.delete(node);
        else canvases.set(node, left);
        // A card below the form has missed what the form showed.
        repaint(node);
      };
    },
    clear(nodes = [...latest.keys()]) {
      for (const node of nodes) {
        if (latest.delete(node)) tell(node);
        pending.get(node)?.bitmap.close();
        pending.delete(node);
      }
    },
    has: (node) => latest.has(node),
    latest: (node) => latest.get(node),
    subscribe(node, listener) {
      const others = listeners.get(node) ?? new Set();
      listeners.set(node, others.add(listener));
      return () => {
        others.delete(listener);
      };
    },
  };
}
