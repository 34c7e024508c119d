import type { ImageRecord } from '@unclip-studio/protocol';
import type { Database } from './database.js';

export interface ImagesTable {
  /**
   * The blob must be stored already. The same bytes again give the one image a new name and move it to the front.
   *
   * @param path the name that ComfyUI's clients use from now on, in addition to earlier ones; its name when left out
   */
  add(image: Omit<ImageRecord, 'createdAt'>, nowMs: number, path?: ImagePath): ImageRecord;
  /**
   * Newest first.
   *
   * @param before id of an image: list those that are older
   */
  list(limit: number, before?: string): readonly ImageRecord[];
  read(sha256: string): ImageRecord | undefined;
  /** The newest of that name. */
  findByName(name: string): ImageRecord | undefined;
  /** @returns the sha256 of the image that ComfyUI's clients call that */
  findByPath(path: ImagePath): string | undefined;
  /** Paths in the folder `input`, the most recent first. */
  listPaths(limit: number): readonly string[];
  /** The blob stays until nothing else needs it. @returns whether there was one */
  delete(sha256: string): boolean;
}

/** A file as ComfyUI's clients know it: names in a table, which lead nowhere on the disk. */
export interface ImagePath {
  readonly folder: 'input' | 'output' | 'temp';
  /** `name` or `subfolder/name`. */
  readonly path: string;
}

/** Of a table with images, with any other columns. */
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
    add(image, nowMs, { folder, path } = { folder: 'input', path: image.name }) {
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
        // The number of a path says when it was given last.
        database.run('INSERT OR REPLACE INTO image_paths (folder, path, sha256) VALUES (?, ?, ?)', [
          ...[folder, path, image.sha256],
        ]);
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
    findByPath: ({ folder, path }) =>
      database.get<{ sha256: string }>('SELECT sha256 FROM image_paths WHERE folder = ? AND path = ?', [folder, path])
        ?.sha256,
    listPaths: (limit) =>
      database
        .all<{ path: string }>("SELECT path FROM image_paths WHERE folder = 'input' ORDER BY number DESC LIMIT ?", [
          limit,
        ])
        .map(({ path }) => path),
    delete: (sha256) =>
      database.transaction(() => {
        database.run('DELETE FROM image_paths WHERE sha256 = ?', [sha256]);
        return database.run('DELETE FROM images WHERE sha256 = ?', [sha256]) > 0;
      }),
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
