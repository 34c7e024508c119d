import type { Locator, Page } from 'playwright-core';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A user of a page who has mouse and keys only, and counts: a press, a key chord, a drag, a drop, a text is one each. */
export class CountedUser {
  readonly page: Page;
  #count: number;

  /** @param before what the same user has done in another page already */
  constructor(page: Page, before = 0) {
    this.page = page;
    this.#count = before;
  }

  get count(): number {
    return this.#count;
  }

  async click(target: Locator, options?: { readonly button: 'right' }): Promise<void> {
    await target.click(options);
    this.#count++;
  }

  /** @param chord such as `Control+Enter` */
  async press(chord: string): Promise<void> {
    await this.page.keyboard.press(chord);
    this.#count++;
  }

  /** Into whatever has the focus. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    this.#count++;
  }

  async drag(from: Point, to: Point): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await mouse.move(to.x, to.y, { steps: 4 });
    await mouse.up();
    this.#count++;
  }

  /** Something that comes from outside of the page or leaves it, such as a file that is dropped. */
  async drop(act: () => Promise<void>): Promise<void> {
    await act();
    this.#count++;
  }

  /** Takes files out of the picker that a press opens. */
  async choose(opener: Locator, file: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }) {
    const [picker] = await Promise.all([this.page.waitForEvent('filechooser'), opener.click()]);
    await picker.setFiles(file);
    this.#count++;
  }
}

/** A place in an element, as parts of its width and height. */
export async function placeIn(target: Locator, across = 0.5, down = 0.5): Promise<Point> {
  const box = await target.boundingBox();
  if (box === null) throw new Error('The element is not on the page.');
  return { x: box.x + box.width * across, y: box.y + box.height * down };
}
