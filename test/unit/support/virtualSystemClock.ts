import type { Clock } from '../../../nodes/Magnific/api/clock';
import { VirtualClock } from './virtualClock';

/** The time of a test; each may begin one of its own. */
export const mockTime = { clock: new VirtualClock() };

/** Stands in for `api/clock` by `jest.mock`, where code takes the time that passes by itself. */
export const systemClock: Clock = {
	now: () => mockTime.clock.now(),
	sleep: async (ms, signal) => {
		await mockTime.clock.sleep(ms, signal);
	},
};
