import type { ImageRecord } from '@unclip-studio/protocol';
import type { Database } from './database.js';

export interface ImagesTable {
  /** The blob must be stored already. The same bytes again give the one picture a new name and move it to the front. */
  add(image: Omit<ImageRecord, 'createdAt'>, nowMs: number): ImageRecord;
  /**
   * Newest first.
   *
   * @param before id of a picture: list those that are older
   */
  list(limit: number, before?: string): readonly ImageRecord[];
  read(sha256: string): ImageRecord | undefined;
  /** The newest of that name. */
  findByName(name: string): ImageRecord | undefined;
  /** The blob stays until nothing else needs it. @returns whether there was one */
  delete(sha256: string): boolean;
}

/** Of a table with images, whatever else it has. */
export interface ImageColumns {
  readonly sha256: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly width_px: number;
  readonly height_px: number;
}

interface ImageRow extends ImageColumns {
  readonly created_at: number;
}

export function createImagesTable(database: Database): ImagesTable {
  const one = (sql: string, value: string) => {
    const row = database.get<ImageRow>(sql, [value]);
    return row === undefined ? undefined : toRecord(row);
  };
  return {
    add(image, nowMs) {
      database.transaction(() => {
        database.run('DELETE FROM images WHERE sha256 = ?', [image.sha256]);
        database.run(
          `INSERT INTO images (sha256, name, media_type, size_bytes, width_px, height_px, created_at)
             VALUES (:sha256, :name, :mediaType, :sizeBytes, :widthPx, :heightPx, :nowMs)`,
          {
            sha256: image.sha256,
            name: image.name,
            mediaType: image.mediaType,
            sizeBytes: image.sizeBytes,
            widthPx: image.widthPx,
            heightPx: image.heightPx,
            nowMs,
          },
        );
      });
      return { ...image, createdAt: new Date(nowMs).toISOString() };
    },
    list(limit, before) {
      const older = before === undefined ? '' : 'WHERE number < (SELECT number FROM images WHERE sha256 = ?)';
      const params = before === undefined ? [limit] : [before, limit];
      return database.all<ImageRow>(`SELECT * FROM images ${older} ORDER BY number DESC LIMIT ?`, params).map(toRecord);
    },
    read: (sha256) => one('SELECT * FROM images WHERE sha256 = ?', sha256),
    findByName: (name) => one('SELECT * FROM images WHERE name = ? ORDER BY number DESC LIMIT 1', name),
    delete: (sha256) => database.run('DELETE FROM images WHERE sha256 = ?', [sha256]) > 0,
  };
}

function toRecord(row: ImageRow): ImageRecord {
  return { ...imageOf(row), createdAt: new Date(row.created_at).toISOString() };
}

export function imageOf(row: ImageColumns): Omit<ImageRecord, 'createdAt'> {
  return {
    sha256: row.sha256,
    name: row.name,
    mediaType: row.media_type,
    sizeBytes: row.size_bytes,
    widthPx: row.width_px,
    heightPx: row.height_px,
  };
}
