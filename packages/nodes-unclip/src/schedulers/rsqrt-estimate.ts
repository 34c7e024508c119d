// The tables behind the instruction, determined by running it on every float32 number of two octaves (4096
// distinguishable inputs in each). Base 36, one digit per entry.
//
// FIRST_LEVEL, LEVEL_DROPS the result at the first of every 16 inputs, in units of 2^-13, and how far it falls to the
// next FINE_DROPS how far it falls from there over the 16 inputs; one row of 16 serves 16 such groups
const FIRST_LEVEL = 8191;
const LEVEL_DROPS =
  'ggfggffgffffffeffefeeeeeeeeededededddddddcddcdcdcdcccccccbccbcbdbbcbbbbbbbbbbabbabababaaabaaaaaa' +
  'aaaa9aa9a9a9a99a99a99999999989989989898989889889888888888888788887887878787877877778777777777778' +
  '7767777677677676767676766766766766666676666666666666566665666566bbcbabbbbabbababaabaaaaa9aaa9a9a' +
  'a99a99999999999989989898898898888888888887887878787877877787777777777776777677676767676676676667' +
  '666666666666665666566656566565655656556556555565555555555555555645555545554554554545545454545445' +
  '4544544544454445444444544444444';
const FINE_DROPS =
  '01234567789abcde01233456789aabcd012234566789abbc0122344567789aab001223455677899a011233455667889a' +
  '001223344566788900112234455667880112233445566778001122334455667700112233344556670112223344556667' +
  '0011122333445566001122233444555600111223334455560001112233344455011233455677899a0012233455677899' +
  '001223344566778800122334455667780011223344556677011122334455666700112223344555660011222334445566' +
  '000112223334455500111222333444550011122233344455011122233344445500011122223334440001112222333444' +
  '00111122223333440011112222333344';

const levels = toLevels();

/**
 * 1 / sqrt(x), to 12 bits: the RSQRTSS instruction of AMD processors. On Intel processors the last bits differ.
 *
 * @param x in [1, 4)
 */
export function rsqrtEstimate(x: number): number {
  const octave = x < 2 ? 0 : 1;
  // Twelve bits of the fraction count.
  const input = 4096 * octave + Math.floor((x / (1 + octave) - 1) * 4096);
  const fine = Number.parseInt(FINE_DROPS.charAt(16 * (input >> 8) + (input & 15)), 36);
  // There are 512 levels for 8192 inputs.
  return ((levels[input >> 4] as number) - fine) * 2 ** -13;
}

function toLevels(): readonly number[] {
  let level = FIRST_LEVEL;
  return [level, ...Array.from(LEVEL_DROPS, (drop) => (level -= Number.parseInt(drop, 36)))];
}
