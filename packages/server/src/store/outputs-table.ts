import type { NewOutput, OutputReceipt, OutputRecord } from '@unclip-studio/protocol';
import type { Database } from './database.js';

export interface ListOutputs {
  readonly limit: number;
  /** Id of an output: list those that are older. */
  readonly before?: string;
  /** Also those made for looking at only. */
  readonly temporary?: boolean;
}

export interface OutputsTable {
  /**
   * Lists files of a run, whose blobs must be stored already. A file at the same place of the same node, from an attempt
   * that was interrupted, is replaced. A run that is not running gets none.
   */
  record(runId: string, outputs: readonly NewOutput[], nowMs: number): readonly OutputRecord[];
  /** Newest first, without deleted ones. */
  list(request: ListOutputs): readonly OutputRecord[];
  /** Of one run, in the order in which they were made, without deleted ones; the first ones, or all. */
  ofRun(runId: string, limit?: number): readonly OutputRecord[];
  countOfRun(runId: string): number;
  /** Including deleted ones, until they are removed permanently. */
  read(id: string): OutputRecord | undefined;
  readReceipt(id: string): OutputReceipt | undefined;
  /** The blob stays until nothing else needs it. @returns whether there was one */
  delete(id: string): boolean;
}

/** A row of the table `outputs`, as far as records need it. */
export interface OutputRow {
  readonly run_id: string;
  readonly node: string;
  readonly place: number;
  readonly sha256: string;
  readonly name: string;
  readonly temporary: number;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly width_px: number;
  readonly height_px: number;
  readonly receipt: string;
  readonly created_at: number;
}

const INSERT = `
  INSERT INTO outputs (run_id, node, place, sha256, name, temporary, media_type, size_bytes, width_px, height_px,
    receipt, created_at)
  SELECT :runId, :node, :place, :sha256, :name, :temporary, :mediaType, :sizeBytes, :widthPx, :heightPx, :receipt, :nowMs
    WHERE EXISTS (SELECT 1 FROM runs WHERE id = :runId AND state = 'running')
  ON CONFLICT (run_id, node, place) DO UPDATE SET
    sha256 = excluded.sha256, name = excluded.name, temporary = excluded.temporary, media_type = excluded.media_type,
    size_bytes = excluded.size_bytes, width_px = excluded.width_px, height_px = excluded.height_px,
    receipt = excluded.receipt, created_at = excluded.created_at, recipe = NULL`;

const BY_KEY = 'run_id = ? AND node = ? AND place = ?';

export function createOutputsTable(database: Database): OutputsTable {
  const readRow = (id: string) => {
    const key = parseOutputId(id);
    return key && database.get<OutputRow>(`SELECT * FROM outputs WHERE ${BY_KEY}`, key);
  };
  return {
    record(runId, outputs, nowMs) {
      return database.transaction(() =>
        outputs.flatMap(({ index: place, receipt, temporary, ...columns }) => {
          const changed = database.run(INSERT, {
            runId,
            place,
            receipt: JSON.stringify(receipt),
            temporary: temporary ? 1 : 0,
            nowMs,
            ...columns,
          });
          const row = changed > 0 ? readRow(`${runId}.${columns.node}.${place}`) : undefined;
          return row === undefined ? [] : [toOutputRecord(row)];
        }),
      );
    },
    list({ limit, before, temporary = false }) {
      const conditions = ['deleted_at IS NULL', ...(temporary ? [] : ['temporary = 0'])];
      const key = before === undefined ? undefined : parseOutputId(before);
      if (key !== undefined) conditions.push(`number < (SELECT number FROM outputs WHERE ${BY_KEY})`);
      const sql = `SELECT * FROM outputs WHERE ${conditions.join(' AND ')} ORDER BY number DESC LIMIT ?`;
      return database.all<OutputRow>(sql, [...(key ?? []), limit]).map(toOutputRecord);
    },
    ofRun(runId, limit = -1) {
      const sql = 'SELECT * FROM outputs WHERE run_id = ? AND deleted_at IS NULL ORDER BY number LIMIT ?';
      return database.all<OutputRow>(sql, [runId, limit]).map(toOutputRecord);
    },
    countOfRun(runId) {
      const sql = 'SELECT COUNT(*) AS count FROM outputs WHERE run_id = ? AND deleted_at IS NULL';
      return database.get<{ count: number }>(sql, [runId])?.count ?? 0;
    },
    read(id) {
      const row = readRow(id);
      return row === undefined ? undefined : toOutputRecord(row);
    },
    readReceipt(id) {
      const row = readRow(id);
      // Written by `record` above and by nothing else.
      return row === undefined ? undefined : (JSON.parse(row.receipt) as OutputReceipt);
    },
    delete(id) {
      const key = parseOutputId(id);
      return key !== undefined && database.run(`DELETE FROM outputs WHERE ${BY_KEY}`, key) > 0;
    },
  };
}

/**
 * `runId.node.index`; in the node's id, `outer/save@1.2`, `~` replaces `/`, so that an address needs no escaping. Run
 * ids contain no dot.
 */
export function parseOutputId(id: string): [string, string, number] | undefined {
  const [, runId, node, index] = /^([^.]+)\.(.+)\.(\d{1,9})$/.exec(id) ?? [];
  if (runId === undefined || node === undefined || index === undefined) return undefined;
  return [runId, node.replaceAll('~', '/'), Number(index)];
}

export function toOutputRecord(row: OutputRow): OutputRecord {
  return {
    id: `${row.run_id}.${row.node.replaceAll('/', '~')}.${row.place}`,
    runId: row.run_id,
    node: row.node,
    index: row.place,
    name: row.name,
    temporary: row.temporary === 1,
    mediaType: row.media_type,
    widthPx: row.width_px,
    heightPx: row.height_px,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    createdAt: new Date(row.created_at).toISOString(),
  };
}
