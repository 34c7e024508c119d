import type { PreviewBus } from '../live/bus.js';

const SIDE_PX = 256;
const IMAGES = 4;

/** Sends made-up images to some nodes, ten times a second, as a run would. @returns stops it */
export async function startFakePreviews(bus: PreviewBus, nodes: readonly string[], hz = 10): Promise<() => void> {
  const images = await Promise.all(Array.from({ length: IMAGES }, (_, i) => stripes(i * 90)));
  let count = 0;
  const timer = setInterval(() => {
    const image = images[count++ % IMAGES];
    if (image !== undefined) for (const node of nodes) bus.push(node, image);
  }, 1000 / hz);
  return () => clearInterval(timer);
}

function stripes(hue: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(SIDE_PX, SIDE_PX);
  const g = canvas.getContext('2d');
  for (let y = 0; g !== null && y < SIDE_PX; y += 16) {
    for (let x = 0; x < SIDE_PX; x += 16) {
      g.fillStyle = `hsl(${(x + y + hue) % 360} 70% 50%)`;
      g.fillRect(x, y, 16, 16);
    }
  }
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
}
