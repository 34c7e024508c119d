import { totalmem } from 'node:os';

/**
 * How much of the machine models may take unless the operator says: seven tenths, since the editor, the system and our
 * estimates need the rest. A container's limit counts as its machine.
 */
export function defaultMemoryBudget(): number {
  const limitBytes = process.constrainedMemory();
  const isLimited = limitBytes !== undefined && limitBytes > 0 && limitBytes < totalmem();
  return 0.7 * (isLimited ? limitBytes : totalmem());
}

/** @returns bytes of `6GB`, `6.5 GB`, `800MB` or a plain number of gigabytes; `undefined` for anything else */
export function parseMemory(text: string): number | undefined {
  const [, digits, unit = 'g'] = /^(\d+(?:\.\d+)?) ?([mg])?(?:i?b)?$/i.exec(text.trim()) ?? [];
  if (digits === undefined || Number(digits) === 0) return undefined;
  return Number(digits) * (unit.toLowerCase() === 'g' ? 1e9 : 1e6);
}
