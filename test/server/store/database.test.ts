import { join } from 'node:path';
import { FolderInUseError, openDatabase, openStore } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

function openTable() {
  const database = openDatabase(join(tempFolder(), 'test.db'));
  onTestFinished(() => database.close());
  database.execute('CREATE TABLE things (name TEXT PRIMARY KEY, count INTEGER) STRICT');
  return database;
}

test('a transaction that throws changes nothing, and its error comes out', () => {
  const database = openTable();

  const act = () =>
    database.transaction(() => {
      database.run('INSERT INTO things VALUES (?, ?)', ['a', 1]);
      throw new Error('no');
    });

  expect(act).toThrow('no');
  expect(database.all('SELECT * FROM things')).toEqual([]);
});

test('a transaction inside another one is part of it', () => {
  const database = openTable();
  const insert = (name: string) => database.run('INSERT INTO things VALUES (?, 1)', [name]);

  const act = () =>
    database.transaction(() => {
      database.transaction(() => insert('inner'));
      throw new Error('no');
    });

  expect(act).toThrow('no');
  expect(database.all('SELECT * FROM things')).toEqual([]);
});

test('rows hold their columns and nothing else', () => {
  const database = openTable();
  database.run('INSERT INTO things VALUES (:name, :count)', { name: 'a', count: 2 ** 53 - 1 });

  const row = database.get('SELECT * FROM things WHERE name = ?', ['a']);

  expect(row).toEqual({ name: 'a', count: 2 ** 53 - 1 });
});

test.each([[true], [Number.NaN], [undefined], [10n]])(
  'the value %s, at which libsql ends the process or stores something else, is refused before it gets there',
  (value) => {
    const database = openTable();

    // @ts-expect-error The types refuse it too.
    const act = () => database.run('INSERT INTO things VALUES (?, 1)', [value]);

    expect(act).toThrow('cannot be stored in a column');
  },
);

test('a data folder has one server at a time', async () => {
  const folder = tempFolder();
  const store = await openStore(folder);

  await expect(openStore(folder)).rejects.toThrow(FolderInUseError);
  store.close();
  const next = await openStore(folder);

  expect(next.database.integrityProblems()).toEqual([]);
  next.close();
});

test('a data folder of a newer program is left unchanged', async () => {
  const folder = tempFolder();
  const store = await openStore(folder);
  store.database.execute('PRAGMA user_version = 99');
  store.close();

  await expect(openStore(folder)).rejects.toThrow('written by a newer unclip-studio (schema 99');
  // The failed start holds no lock.
  await expect(openStore(folder)).rejects.toThrow('written by a newer unclip-studio (schema 99');
});
