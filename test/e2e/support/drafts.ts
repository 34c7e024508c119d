import type { Page } from 'playwright-core';

/**
 * The workflow files that the browser keeps of its open tabs, as a page would find them after a crash. They are written
 * a moment after each change, so that tests wait for them.
 */
export function draftsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open('unclip-studio'));
    try {
      const rows = await done<{ text: string }[]>(database.transaction('drafts').objectStore('drafts').getAll());
      return rows.map(({ text }) => text);
    } finally {
      database.close();
    }
  });
}
