import fc, { type IAsyncProperty, type IProperty, type Parameters } from 'fast-check';

/** Cases for each property. */
export const CASES = 1_000;

const given = process.env['MAGNIFIC_SEED'];
if (given !== undefined && !/^-?\d+$/.test(given)) {
	throw new Error(`MAGNIFIC_SEED must be a whole number, but is “${given}”`);
}

/** Of all properties of a file: MAGNIFIC_SEED, or a new one. A failure prints it. */
export const SEED = given === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(given);

const withSeed = (error: unknown): Error =>
	new Error(
		`MAGNIFIC_SEED=${String(SEED)} brings this back.\n${error instanceof Error ? error.message : String(error)}`,
		{ cause: error },
	);

/** Checks a property in `CASES` cases. Throws an error that names the seed and the smallest case found. */
export const holds = <T>(property: IProperty<T>): void => {
	try {
		fc.assert(property, { numRuns: CASES, seed: SEED });
	} catch (error) {
		throw withSeed(error);
	}
};

/** As `holds`, for properties of what takes time, virtual or real. */
export const holdsInTime = async <T>(
	property: IAsyncProperty<T>,
	parameters: Parameters<T> = {},
): Promise<void> => {
	try {
		await fc.assert(property, { numRuns: CASES, seed: SEED, ...parameters });
	} catch (error) {
		throw withSeed(error);
	}
};
