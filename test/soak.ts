import { randomInt } from 'node:crypto';
import { seededRandom } from '../emulator/random';

/** `npm run test:soak` runs every file that imports this one. */
export const isSoak = process.env['MAGNIFIC_SOAK'] === '1';

/** How often a test repeats what it does: the first number in `npm test`, the second in `npm run test:soak`. */
export const repetitions = (usual: number, soak: number): number => (isSoak ? soak : usual);

/**
 * Random numbers from 0 up to 1 whose seed is printed; MAGNIFIC_SEED sets it, to see a failure again.
 *
 * @param what names the test in the output
 */
export const printedRandom = (what: string): (() => number) => {
	const seed = Number(process.env['MAGNIFIC_SEED'] ?? randomInt(2 ** 31));
	process.stdout.write(`  ${what}: seed ${String(seed)}\n`);
	return seededRandom(seed);
};
