import { isEnded } from '../../../nodes/Magnific/api/types';
import { withRetries } from '../../../nodes/Magnific/api/retry';
import { APP_OF_ALL, seamsOf, type World } from '../world';

/**
 * The plainest way that keeps the limit: submit as the budget lets go, then look at those not over
 * one after the other, as often as it lets.
 */
export const roundRobin = async (world: World, items: readonly number[]): Promise<void> => {
	const { api } = world;
	const seams = seamsOf(world);
	let going = await Promise.all(
		items.map((item) =>
			withRetries('submit', seams, () => api.startRun(APP_OF_ALL, { item }), Infinity),
		),
	);
	while (going.length > 0) {
		const stillGoing: string[] = [];
		for (const run_id of going) {
			const run = await withRetries('poll', seams, () => api.getRun(run_id), Infinity);
			if (!isEnded(run.status)) stillGoing.push(run_id);
		}
		going = stillGoing;
	}
};
