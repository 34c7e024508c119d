import type { Page } from 'playwright-core';

/**
 * What is wrong with how the texts below some elements are laid out: texts that something cuts off at the right or the
 * left, and texts that lie over each other.
 */
export function textFaults(
  page: Page,
  { roots, except }: { readonly roots: string; readonly except: string },
): Promise<readonly string[]> {
  return page.evaluate(
    ([selector, exceptions]) => {
      const TOLERANCE_PX = 1;

      /** What shows of an element's children, and whether more can be scrolled to. */
      function clips(element: Element): boolean {
        return /hidden|clip/.test(getComputedStyle(element).overflowX);
      }

      function isShown(element: Element): boolean {
        const { width, height } = element.getBoundingClientRect();
        // Texts for screen readers are a pixel large.
        return width > 2 && height > 2 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      }

      /** What shows of a text in the lists that scroll and in what cuts off at the bottom. */
      function shownRect(text: Text): DOMRect {
        const range = document.createRange();
        range.selectNodeContents(text);
        let { left, right, top, bottom } = range.getBoundingClientRect();
        for (let element = text.parentElement; element !== null; element = element.parentElement) {
          const { overflowX, overflowY } = getComputedStyle(element);
          const rect = element.getBoundingClientRect();
          if (overflowX !== 'visible') [left, right] = [Math.max(left, rect.left), Math.min(right, rect.right)];
          if (overflowY !== 'visible') [top, bottom] = [Math.max(top, rect.top), Math.min(bottom, rect.bottom)];
        }
        return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
      }

      function textRect(text: Text): DOMRect {
        const range = document.createRange();
        range.selectNodeContents(text);
        return range.getBoundingClientRect();
      }

      /** The nearest thing that bounds a text: a button or field it is in, what clips it, or the page. */
      function boundsOf(text: Text): DOMRect {
        for (let element = text.parentElement; element !== null; element = element.parentElement) {
          if (clips(element) || element.matches('button, [role=menuitem], [role=tab], dialog, [role=dialog], .panel')) {
            return element.getBoundingClientRect();
          }
        }
        return new DOMRect(0, 0, innerWidth, innerHeight);
      }

      const texts: { readonly words: string; readonly rect: DOMRect; readonly element: Element }[] = [];
      const faults: string[] = [];
      for (const root of document.querySelectorAll(selector)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const text = node as Text;
          const element = text.parentElement;
          const words = text.data.trim();
          if (words === '' || element === null || element.matches('option, style') || !isShown(element)) continue;
          // What is behind a dialog is hidden from all.
          if (element.closest(`${exceptions}, [aria-hidden=true], [inert], [data-base-ui-inert]`) !== null) continue;
          const rect = textRect(text);
          const bounds = boundsOf(text);
          if (rect.right > bounds.right + TOLERANCE_PX || rect.left < bounds.left - TOLERANCE_PX) {
            faults.push(`cut: ${words}`);
          }
          texts.push({ words, rect: shownRect(text), element });
        }
      }
      for (const [i, a] of texts.entries()) {
        for (const b of texts.slice(i + 1)) {
          const width = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
          const height = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
          const areInside = a.element.contains(b.element) || b.element.contains(a.element);
          if (width > 2 && height > 4 && !areInside) faults.push(`over each other: ${a.words} | ${b.words}`);
        }
      }
      return faults;
    },
    [roots, except] as const,
  );
}

/** Texts below some elements that do not hold the mark of the long language. @param except what shows names of files and nodes */
export function textsWithout(page: Page, mark: string, { roots, except }: { roots: string; except: string }) {
  return page.evaluate(
    ([letter, selector, names]) => {
      const found: string[] = [];
      for (const root of document.querySelectorAll(selector)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          if (node.parentElement?.closest(`${names}, kbd, code`) === null) found.push(node.textContent ?? '');
        }
        for (const element of [root, ...root.querySelectorAll('[aria-label], [data-tip], [placeholder], [title]')]) {
          if (element.closest(names) !== null) continue;
          for (const name of ['aria-label', 'data-tip', 'placeholder', 'title'])
            found.push(element.getAttribute(name) ?? '');
        }
      }
      return [...new Set(found)].filter((text) => /\p{L}{3}/u.test(text) && !text.includes(letter));
    },
    [mark, roots, except] as const,
  );
}
