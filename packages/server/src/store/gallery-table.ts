import type { GalleryFacets, GalleryPicture } from '@unclip-studio/protocol';
import type { Database, SqlValue } from './database.js';
import type { LocalDates } from './local-dates.js';
import { type OutputRow, parseOutputId, toOutputRecord } from './outputs-table.js';

export interface RecipeParam {
  /** In small letters. */
  readonly name: string;
  /** In small letters, shortened. */
  readonly text: string;
  /** If the value is one. */
  readonly number: number | null;
}

/** What the search knows of how an image came to be. */
export interface Recipe {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Names of the checkpoints that went in, the one that was read first being first. */
  readonly models: readonly string[];
  readonly params: readonly RecipeParam[];
}

/** Of an image that says nothing of itself. */
const EMPTY_RECIPE: Recipe = { prompt: '', negativePrompt: '', models: [], params: [] };

export interface GalleryFilter {
  /** What follows WHERE, about the table `outputs`. */
  readonly where: string;
  readonly values: readonly SqlValue[];
}

export interface GalleryPage {
  readonly filter: GalleryFilter;
  readonly order: 'newest' | 'oldest';
  /** How many to pass over. */
  readonly offset: number;
  readonly limit: number;
  /** The number of an image: what came later is left out, so that places stay while new images arrive. */
  readonly upTo: number;
}

/** An image that is not indexed yet. */
export interface ImageToIndex {
  readonly number: number;
  readonly sha256: string;
  readonly title: string;
  readonly fingerprint: string;
}

export interface Deletion {
  /** By which all of it can be brought back. */
  readonly id: string;
  readonly count: number;
  readonly sizeBytes: number;
}

/** Images as users search them, without previews. */
export interface GalleryTable {
  list(page: GalleryPage): readonly GalleryPicture[];
  count(filter: GalleryFilter, upTo: number): number;
  sizeBytes(filter: GalleryFilter, upTo: number): number;
  /** The number of the newest image; 0 if there is none. */
  newest(): number;
  read(id: string): GalleryPicture | undefined;
  /** Those of the given bytes that are not deleted, newest first, each bytes once. */
  ofBytes(sha256s: readonly string[]): readonly GalleryPicture[];
  /** Names of the checkpoints that made an image. */
  modelsOf(id: string): readonly string[];
  /** @param monthsBetween the months of a calendar from one moment to another, newest first */
  facets(monthsBetween: LocalDates['monthsBetween']): GalleryFacets;
  /** @returns how many changed */
  setStarred(ids: readonly string[], starred: boolean): number;
  /** Puts images on a board, or on none. @returns how many changed */
  setBoard(ids: readonly string[], board: string | null): number;
  /** Takes images out of every list; their bytes stay until {@link GalleryTable.purge}. */
  delete(ids: readonly string[], deletion: string, nowMs: number): Deletion;
  deleteAll(filter: GalleryFilter, deletion: string, nowMs: number): Deletion;
  /** @returns how many came back */
  restore(deletion: string): number;
  restorePictures(ids: readonly string[]): number;
  /** Forgets images deleted before. @returns how many */
  purge(beforeMs: number): number;
  /** Newest first. */
  toIndex(limit: number): readonly ImageToIndex[];
  /** @param recipe `undefined`: the image is gone, or says nothing of itself */
  index(image: ImageToIndex, recipe: Recipe | undefined): void;
}

interface GalleryRow extends OutputRow {
  readonly starred: number;
  readonly board: string | null;
  readonly deleted_at: number | null;
  readonly title: string;
  readonly prompt: string | null;
  readonly models: string | null;
}

const COLUMNS = `outputs.*, runs.title, recipes.prompt, recipes.models`;
const JOINED = `JOIN runs ON runs.id = outputs.run_id LEFT JOIN recipes ON recipes.number = outputs.recipe`;
const BY_ID = 'run_id = ? AND node = ? AND place = ?';
const IN_GALLERY = 'temporary = 0 AND deleted_at IS NULL';

export function createGalleryTable(database: Database): GalleryTable {
  function forEach(ids: readonly string[], change: (key: readonly SqlValue[]) => number): number {
    return database.transaction(() =>
      ids.reduce((changed, id) => {
        const key = parseOutputId(id);
        return key === undefined ? changed : changed + change(key);
      }, 0),
    );
  }

  function deletionOf(id: string): Deletion {
    const sql = 'SELECT count(*) AS count, coalesce(sum(size_bytes), 0) AS sizeBytes FROM outputs WHERE deletion = ?';
    const found = database.get<{ count: number; sizeBytes: number }>(sql, [id]);
    return { id, count: found?.count ?? 0, sizeBytes: found?.sizeBytes ?? 0 };
  }

  return {
    list({ filter, order, offset, limit, upTo }) {
      const direction = order === 'newest' ? 'DESC' : 'ASC';
      // The page is found in an index first, and only its rows are joined.
      const page = `SELECT number FROM outputs WHERE ${filter.where} AND number <= ?
        ORDER BY number ${direction} LIMIT ? OFFSET ?`;
      const sql = `SELECT ${COLUMNS} FROM outputs ${JOINED} WHERE outputs.number IN (${page})
        ORDER BY outputs.number ${direction}`;
      return database.all<GalleryRow>(sql, [...filter.values, upTo, limit, offset]).map(toImage);
    },
    count({ where, values }, upTo) {
      const sql = `SELECT count(*) AS count FROM outputs WHERE ${where} AND number <= ?`;
      return database.get<{ count: number }>(sql, [...values, upTo])?.count ?? 0;
    },
    sizeBytes({ where, values }, upTo) {
      const sql = `SELECT coalesce(sum(size_bytes), 0) AS sum FROM outputs WHERE ${where} AND number <= ?`;
      return database.get<{ sum: number }>(sql, [...values, upTo])?.sum ?? 0;
    },
    newest() {
      return database.get<{ newest: number | null }>('SELECT max(number) AS newest FROM outputs')?.newest ?? 0;
    },
    read(id) {
      const key = parseOutputId(id);
      const row = key && database.get<GalleryRow>(`SELECT ${COLUMNS} FROM outputs ${JOINED} WHERE ${BY_ID}`, key);
      return row && toImage(row);
    },
    ofBytes(sha256s) {
      const places = sha256s.map(() => '?').join(', ');
      const sql = `SELECT ${COLUMNS} FROM outputs ${JOINED} WHERE outputs.number IN
        (SELECT max(number) FROM outputs WHERE sha256 IN (${places}) AND ${IN_GALLERY} GROUP BY sha256)
        ORDER BY outputs.number DESC`;
      return database.all<GalleryRow>(sql, sha256s).map(toImage);
    },
    modelsOf(id) {
      const key = parseOutputId(id);
      const sql = `SELECT models FROM recipes WHERE number = (SELECT recipe FROM outputs WHERE ${BY_ID})`;
      return toModels((key && database.get<{ models: string }>(sql, key)?.models) ?? null);
    },
    facets(monthsBetween) {
      const models = database.all<{ name: string; count: number }>(
        `SELECT json_each.value AS name, count(*) AS count FROM outputs JOIN recipes ON recipes.number = outputs.recipe,
           json_each(recipes.models) WHERE ${IN_GALLERY} GROUP BY json_each.value ORDER BY count DESC, json_each.value`,
      );
      const span = database.get<{ first: number | null; last: number | null }>(
        `SELECT min(created_at) AS first, max(created_at) AS last FROM outputs WHERE ${IN_GALLERY}`,
      );
      const inMonth = `SELECT count(*) AS count FROM outputs WHERE ${IN_GALLERY} AND created_at >= ? AND created_at < ?`;
      const months = (span?.first == null || span.last == null ? [] : monthsBetween(span.first, span.last))
        .map(({ month, fromMs, toMs }) => ({
          month,
          count: database.get<{ count: number }>(inMonth, [fromMs, toMs])?.count ?? 0,
        }))
        .filter(({ count }) => count > 0);
      const counts = database.get<{ starred: number; deleted: number }>(
        `SELECT (SELECT count(*) FROM outputs WHERE starred = 1 AND ${IN_GALLERY}) AS starred,
           (SELECT count(*) FROM outputs WHERE deleted_at IS NOT NULL AND temporary = 0) AS deleted`,
      );
      const boards = database.all<{ name: string; count: number }>(
        `SELECT board AS name, count(*) AS count FROM outputs WHERE board IS NOT NULL AND ${IN_GALLERY}
           GROUP BY board ORDER BY board COLLATE NOCASE`,
      );
      return { models, months, boards, starred: counts?.starred ?? 0, deleted: counts?.deleted ?? 0 };
    },
    setStarred(ids, starred) {
      const sql = `UPDATE outputs SET starred = ? WHERE ${BY_ID} AND temporary = 0 AND starred <> ?`;
      const value = starred ? 1 : 0;
      return forEach(ids, (key) => database.run(sql, [value, ...key, value]));
    },
    setBoard(ids, board) {
      const sql = `UPDATE outputs SET board = ? WHERE ${BY_ID} AND temporary = 0 AND board IS NOT ?`;
      return forEach(ids, (key) => database.run(sql, [board, ...key, board]));
    },
    delete(ids, deletion, nowMs) {
      const sql = `UPDATE outputs SET deleted_at = ?, deletion = ? WHERE ${BY_ID} AND ${IN_GALLERY}`;
      forEach(ids, (key) => database.run(sql, [nowMs, deletion, ...key]));
      return deletionOf(deletion);
    },
    deleteAll({ where, values }, deletion, nowMs) {
      const sql = `UPDATE outputs SET deleted_at = ?, deletion = ? WHERE ${where} AND deleted_at IS NULL`;
      database.run(sql, [nowMs, deletion, ...values]);
      return deletionOf(deletion);
    },
    restore(deletion) {
      return database.run('UPDATE outputs SET deleted_at = NULL, deletion = NULL WHERE deletion = ?', [deletion]);
    },
    restorePictures(ids) {
      const sql = `UPDATE outputs SET deleted_at = NULL, deletion = NULL WHERE ${BY_ID} AND deleted_at IS NOT NULL`;
      return forEach(ids, (key) => database.run(sql, key));
    },
    purge(beforeMs) {
      return database.transaction(() => {
        const gone = database.run('DELETE FROM outputs WHERE deleted_at < ?', [beforeMs]);
        if (gone > 0) forgetUnused(database);
        return gone;
      });
    },
    toIndex(limit) {
      const sql = `SELECT outputs.number, outputs.sha256, outputs.receipt, runs.title FROM outputs
        JOIN runs ON runs.id = outputs.run_id
        WHERE recipe IS NULL AND temporary = 0 ORDER BY outputs.number DESC LIMIT ?`;
      const rows = database.all<{ number: number; sha256: string; receipt: string; title: string }>(sql, [limit]);
      return rows.map(({ receipt, ...row }) => {
        // Written by the table of outputs and by nothing else.
        const { fingerprint } = JSON.parse(receipt) as { readonly fingerprint: string };
        return { ...row, fingerprint };
      });
    },
    index(image, recipe) {
      database.transaction(() => {
        const { title } = image;
        // Others of the same node may say what this one does not.
        const key = `${recipe === undefined ? 'unknown' : image.fingerprint} ${title}`;
        const number =
          recipeNumber(database, key) ?? addRecipe(database, { key, title, recipe: recipe ?? EMPTY_RECIPE });
        database.run('UPDATE outputs SET recipe = ? WHERE number = ?', [number, image.number]);
      });
    },
  };
}

function recipeNumber(database: Database, key: string): number | undefined {
  return database.get<{ number: number }>('SELECT number FROM recipes WHERE key = ?', [key])?.number;
}

interface NewRecipe {
  readonly key: string;
  readonly title: string;
  readonly recipe: Recipe;
}

function addRecipe(database: Database, { key, title, recipe }: NewRecipe): number {
  const { prompt, negativePrompt, models, params } = recipe;
  database.run('INSERT INTO recipes (key, title, prompt, negative_prompt, models) VALUES (?, ?, ?, ?, ?)', [
    ...[key, title, prompt, negativePrompt],
    JSON.stringify(models),
  ]);
  const number = recipeNumber(database, key);
  if (number === undefined) throw new Error('Internal error: a recipe that was added is not there');
  database.run('INSERT INTO recipe_texts (rowid, title, prompt, negative, model) VALUES (?, ?, ?, ?, ?)', [
    ...[number, title, prompt, negativePrompt],
    models.join(' '),
  ]);
  for (const { name, text, number: value } of params) {
    database.run('INSERT INTO recipe_params (recipe, name, text, number) VALUES (?, ?, ?, ?)', [
      ...[number, name, text, value],
    ]);
  }
  return number;
}

/** What describes images that are gone for good. */
function forgetUnused(database: Database): void {
  const unused = 'NOT IN (SELECT recipe FROM outputs WHERE recipe IS NOT NULL)';
  database.run(`DELETE FROM recipe_texts WHERE rowid ${unused}`);
  database.run(`DELETE FROM recipe_params WHERE recipe ${unused}`);
  database.run(`DELETE FROM recipes WHERE number ${unused}`);
  database.run('DELETE FROM picture_vectors WHERE sha256 NOT IN (SELECT sha256 FROM outputs)');
}

function toImage(row: GalleryRow): GalleryPicture {
  return {
    ...toOutputRecord(row),
    title: row.title,
    starred: row.starred === 1,
    ...(row.board === null ? {} : { board: row.board }),
    prompt: row.prompt ?? '',
    model: toModels(row.models)[0] ?? '',
    ...(row.deleted_at === null ? {} : { deletedAt: new Date(row.deleted_at).toISOString() }),
  };
}

function toModels(json: string | null): readonly string[] {
  // Written by `addRecipe` above and by nothing else.
  return json === null ? [] : (JSON.parse(json) as readonly string[]);
}
