import fc from 'fast-check';
import type { Emulator } from '../../emulator';
import { isSoak } from '../soak';
import { holdsInTime, SEED } from '../unit/properties/holds';
import { nightsOf } from './night/plan';
import { play } from './night/play';
import { keepFilesIn } from './support/files';
import { localMagnific, startLocal } from './support/localMagnific';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);
jest.mock('../../nodes/Magnific/callbacks/signature', () =>
	jest.requireActual<object>('./support/realSignatures'),
);

/** So many nights at the same time, each with a local Magnific of its own. */
const AT_ONCE = 4;
/** For each of these and each way to wait; another number by MAGNIFIC_NIGHTS. */
const NIGHTS = Number(process.env['MAGNIFIC_NIGHTS'] ?? (isSoak ? 1_000 : 25));
/** Then no further night begins, and no smaller one is looked for. */
const LONGEST_MIN = isSoak ? 60 : 4;
jest.setTimeout((LONGEST_MIN + 3) * 60_000);

// Its log and its output are searched for the API key, which is the same for all.
localMagnific();

describe('whatever goes wrong in a night, the promises are kept', () => {
	let emulators: Emulator[] = [];

	beforeAll(async () => {
		await keepFilesIn('memory');
		const settings = { imageSize: 64 };
		emulators = await Promise.all(
			Array.from({ length: AT_ONCE }, async () => await startLocal({ settings })),
		);
	});

	afterAll(async () => {
		await Promise.all(
			emulators.map(async (emulator) => {
				await emulator.close();
			}),
		);
	});

	it.each([
		['polling', 'poll'],
		['suspended', 'webhook'],
	] as const)('%s', async (_, wait) => {
		await Promise.all(
			emulators.map(async (local, lane) => {
				const property = fc.asyncProperty(nightsOf(wait), async (night) => {
					expect(await play(night, local)).toEqual([]);
				});
				await holdsInTime(property, {
					numRuns: NIGHTS,
					seed: SEED + lane,
					interruptAfterTimeLimit: LONGEST_MIN * 60_000,
				});
			}),
		);
	});
});
