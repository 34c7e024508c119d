/** A database with one table, opened when it is first needed and again after a failure. */
export interface LazyDatabase {
  readonly table: string;
  open(): Promise<IDBDatabase>;
}

export function openDatabase({ name, table }: { readonly name: string; readonly table: string }): LazyDatabase {
  let opened: Promise<IDBDatabase> | undefined;
  const forget = () => {
    opened = undefined;
  };
  const open = async () => {
    // Throws where the browser forbids storage.
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(table, { keyPath: 'id' });
    };
    const database = await done(request);
    // The browser may close it, as when the user clears what the site has stored.
    database.onclose = forget;
    database.onversionchange = () => {
      database.close();
      forget();
    };
    return database;
  };
  return {
    table,
    open() {
      opened ??= open();
      opened.catch(forget);
      return opened;
    },
  };
}

export async function readAll<Row>({ table, open }: LazyDatabase): Promise<Row[]> {
  const database = await open();
  return done(database.transaction(table).objectStore(table).getAll() as IDBRequest<Row[]>);
}

/** Resolves once what `act` asks for is stored: a request may succeed and its transaction still fail, as on a full disk. */
export async function update({ table, open }: LazyDatabase, act: (table: IDBObjectStore) => void): Promise<void> {
  const database = await open();
  const transaction = database.transaction(table, 'readwrite');
  const stored = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error('the browser did not store the draft'));
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser did not store the draft'));
  });
  act(transaction.objectStore(table));
  return stored;
}

/** @throws Error if there is no answer within `limitMs`: some browsers never give one */
export async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the browser's storage did not answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
