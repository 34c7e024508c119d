import { type LooseWire, wireCurves } from '../catalog/wire-geometry.js';
import type { Viewport } from './viewport.js';

const SVG = 'http://www.w3.org/2000/svg';

/** The wire that is being pulled, above the cards; all others run below them. */
export class LooseWireLayer {
  readonly #svg = document.createElementNS(SVG, 'svg');
  readonly #path = document.createElementNS(SVG, 'path');

  constructor(container: HTMLElement) {
    this.#svg.setAttribute('class', 'loose-wire');
    this.#svg.setAttribute('aria-hidden', 'true');
    this.#svg.append(this.#path);
    container.append(this.#svg);
  }

  show(wire: LooseWire | undefined, { x, y, k }: Viewport): void {
    this.#svg.style.display = wire === undefined ? 'none' : '';
    if (wire === undefined) return;
    const curve = wireCurves([wire.from, wire.to])[0];
    if (curve === undefined) return;
    const at = (point: { readonly x: number; readonly y: number }) => `${x + point.x * k} ${y + point.y * k}`;
    this.#path.setAttribute('d', `M ${at(curve.from)} C ${at(curve.control1)}, ${at(curve.control2)}, ${at(curve.to)}`);
    this.#path.setAttribute('stroke', wire.colour);
  }

  destroy(): void {
    this.#svg.remove();
  }
}
