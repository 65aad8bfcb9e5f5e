import { withRetries } from '../../../nodes/Magnific/api/retry';
import { APP_OF_ALL, CALLBACK_MS, seamsOf, type World } from '../world';

/**
 * Wait tokens, as durable-execution services have them: each run is started with the address of a
 * token, and its callback completes the token, whenever it comes. Nothing is ever looked at, and no
 * callback gets lost: nobody can be faster who submits within the limit.
 */
export const waitTokens = async (world: World, items: readonly number[]): Promise<void> => {
	const { api, clock, toldAt } = world;
	const seams = seamsOf(world);
	await Promise.all(
		items.map(async (item) => {
			const run_id = await withRetries(
				'submit',
				seams,
				() => api.startRun(APP_OF_ALL, { item }),
				Infinity,
			);
			await clock.sleep(api.peek(run_id).endsAt - clock.now() + CALLBACK_MS);
			toldAt.set(run_id, clock.now());
		}),
	);
};
