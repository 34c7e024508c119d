const MULT_A = 0x931e8875;
const MULT_B = 0x58f38ded;
const MIX_L = 0xca01f9dd;
const MIX_R = 0x4973f715;

/**
 * `numpy.random.SeedSequence(entropy, spawn_key=spawnKey, pool_size=poolSize).generate_state(count)`.
 *
 * @param entropy not negative; all of its bits count
 * @returns uint32 words
 * @see numpy 2.4.6, random/bit_generator.pyx
 */
export function seedSequence(
  entropy: bigint,
  {
    spawnKey,
    poolSize,
    count,
  }: { readonly spawnKey: readonly bigint[]; readonly poolSize: number; readonly count: number },
): readonly number[] {
  // 1: the entropy as words; filled up to the pool's size where a spawn key follows, so that the two cannot be confused
  const words = toWords(entropy);
  const spawned = spawnKey.flatMap(toWords);
  while (spawned.length > 0 && words.length < poolSize) words.push(0);
  words.push(...spawned);

  // 2: mixed into a pool
  let hash = 0x43b0d7e5;
  const hashMix = (word: number) => {
    const value = word ^ hash;
    hash = Math.imul(hash, MULT_A);
    const product = Math.imul(value, hash);
    return product ^ (product >>> 16);
  };
  const pool = Array.from({ length: poolSize }, (_, i) => hashMix(words[i] ?? 0));
  const mixInto = (i: number, word: number) => {
    // `i` is inside the pool.
    const value = (Math.imul(MIX_L, pool[i] as number) - Math.imul(MIX_R, hashMix(word))) | 0;
    pool[i] = value ^ (value >>> 16);
  };
  for (let from = 0; from < poolSize; from++) {
    for (let to = 0; to < poolSize; to++) if (from !== to) mixInto(to, pool[from] as number);
  }
  for (const word of words.slice(poolSize)) for (let to = 0; to < poolSize; to++) mixInto(to, word);

  // 3: hashed again for the output
  let constant = 0x8b51f9dd;
  return Array.from({ length: count }, (_, i) => {
    const value = (pool[i % poolSize] as number) ^ constant;
    constant = Math.imul(constant, MULT_B);
    const product = Math.imul(value, constant);
    return (product ^ (product >>> 16)) >>> 0;
  });
}

/** Little-endian uint32 words, at least one. */
function toWords(value: bigint): number[] {
  const words = [Number(value & 0xffffffffn)];
  for (let rest = value >> 32n; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}
