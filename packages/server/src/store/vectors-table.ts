import { crc32 } from 'node:zlib';
import type { Database } from './database.js';

export interface ImageVector {
  readonly sha256: string;
  readonly model: string;
  /** Empty: it was tried and failed. */
  readonly vector: Int8Array;
}

export interface ToDescribe {
  readonly sha256: string;
  /** Names of the checkpoints that made the image. */
  readonly models: readonly string[];
}

/**
 * Embeddings of images as vectors that can be compared; by the hash of their bytes. A vector damaged on disk is
 * removed, so that it is computed again.
 */
export interface VectorsTable {
  read(sha256: string): ImageVector | undefined;
  /** In place of an earlier one. */
  put(vector: ImageVector): void;
  /** Of images in the gallery, in no order of meaning, from after `number` on. */
  page(model: string, after: number, limit: number): readonly (ImageVector & { readonly number: number })[];
  /** The newest image of the gallery that was never tried. */
  next(): ToDescribe | undefined;
}

interface VectorRow {
  readonly number: number;
  readonly sha256: string;
  readonly model: string;
  readonly vector: ArrayBuffer;
  /** CRC-32; `null` for vectors stored before there were checksums. */
  readonly checksum: number | null;
}

export function createVectorsTable(database: Database): VectorsTable {
  function readable(row: VectorRow): readonly (ImageVector & { readonly number: number })[] {
    const { checksum, vector, ...rest } = row;
    if (checksum === null || crc32(new Uint8Array(vector)) === checksum) {
      return [{ ...rest, vector: new Int8Array(vector) }];
    }
    database.run('DELETE FROM picture_vectors WHERE number = ?', [row.number]);
    return [];
  }
  return {
    read(sha256) {
      const row = database.get<VectorRow>('SELECT * FROM picture_vectors WHERE sha256 = ?', [sha256]);
      return row && readable(row)[0];
    },
    put({ sha256, model, vector }) {
      const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
      database.run(
        `INSERT INTO picture_vectors (sha256, model, vector, checksum) VALUES (?, ?, ?, ?) ON CONFLICT (sha256)
           DO UPDATE SET model = excluded.model, vector = excluded.vector, checksum = excluded.checksum`,
        [sha256, model, bytes, crc32(bytes)],
      );
    },
    page(model, after, limit) {
      const sql = `SELECT * FROM picture_vectors WHERE model = ? AND number > ? AND EXISTS
        (SELECT 1 FROM outputs WHERE outputs.sha256 = picture_vectors.sha256 AND temporary = 0 AND deleted_at IS NULL)
        ORDER BY number LIMIT ?`;
      return database.all<VectorRow>(sql, [model, after, limit]).flatMap(readable);
    },
    next() {
      const sql = `SELECT outputs.sha256, recipes.models FROM outputs JOIN recipes ON recipes.number = outputs.recipe
        WHERE temporary = 0 AND deleted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM picture_vectors WHERE picture_vectors.sha256 = outputs.sha256)
        ORDER BY outputs.number DESC LIMIT 1`;
      const row = database.get<{ sha256: string; models: string }>(sql);
      return row && { sha256: row.sha256, models: JSON.parse(row.models) as readonly string[] };
    },
  };
}
