/**
 * Solves a small square system by Gauss elimination with pivoting, in binary64.
 *
 * @param rows of the matrix, as many as each holds values; none gives an empty result
 */
export function solveLinear(rows: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const size = rows.length;
  const system = rows.map((row, i) => [...row, right[i] as number]);
  // All indices below are smaller than `size`, or `size` for the right side.
  const cell = (row: number, column: number): number => (system[row] as number[])[column] as number;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(cell(row, pivot)) > Math.abs(cell(best, pivot))) best = row;
    }
    [system[pivot], system[best]] = [system[best] as number[], system[pivot] as number[]];
    for (let row = pivot + 1; row < size; row++) {
      const factor = cell(row, pivot) / cell(pivot, pivot);
      system[row] = (system[row] as number[]).map((value, column) => value - factor * cell(pivot, column));
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    let rest = cell(row, size);
    for (let column = row + 1; column < size; column++) rest -= cell(row, column) * (solution[column] as number);
    solution[row] = rest / cell(row, row);
  }
  return solution;
}
