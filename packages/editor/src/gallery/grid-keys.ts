interface GridPlace {
  readonly at: number;
  readonly total: number;
  readonly columns: number;
  /** How many rows are in sight. */
  readonly rowsOfPage: number;
}

/** Where a key leads; `undefined` if it leads nowhere by its meaning. At the edges one stays. */
export function moveInGrid(key: string, { at, total, columns, rowsOfPage }: GridPlace): number | undefined {
  const by: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * rowsOfPage,
    PageDown: columns * rowsOfPage,
    Home: -at,
    End: total - 1 - at,
  };
  const step = by[key];
  if (step === undefined || total === 0) return undefined;
  const place = at + step;
  // Up from the first row, or down from the last one, is not possible.
  if (Math.abs(step) === columns && (place < 0 || place >= total) && key.startsWith('Arrow')) {
    return columns === 1
      ? at
      : key === 'ArrowDown' && Math.floor(at / columns) < Math.floor((total - 1) / columns)
        ? total - 1
        : at;
  }
  return Math.min(total - 1, Math.max(0, place));
}
