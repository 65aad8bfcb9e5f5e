import { isEnded } from '../../../nodes/Magnific/api/types';
import { APP_OF_ALL, type World } from '../world';
import { untilLetThrough } from './peers';

/** How long the server holds a call that waits for a run, at most. */
const HELD_MS = 25_000;
/** How often it looks for whoever waits; the vendor advises 3 to 5 s. */
const SERVER_LOOKS_EVERY_MS = 3_000;
/** n8n's *MCP Client* goes on to the next item when the call of one is over; a refused call is made again after this. */
const AGAIN_MS = 5_000;

/**
 * The vendor's MCP server by n8n's *MCP Client*: for one item after the other a call that starts the
 * run, then calls that wait for it, each held for 25 s at most. What the server itself does to know
 * of the end is not counted: a call is one request.
 */
export const mcpServer = async (world: World, items: readonly number[]): Promise<void> => {
	const { api, clock } = world;
	for (const item of items) {
		const run_id = await untilLetThrough(world, AGAIN_MS, () => api.startRun(APP_OF_ALL, { item }));
		const { endsAt } = api.peek(run_id);
		for (;;) {
			const left = Math.max(0, endsAt - clock.now());
			const seenAfter = Math.ceil(left / SERVER_LOOKS_EVERY_MS) * SERVER_LOOKS_EVERY_MS;
			await clock.sleep(Math.min(HELD_MS, seenAfter));
			const run = await untilLetThrough(world, AGAIN_MS, () => api.getRun(run_id));
			if (isEnded(run.status)) break;
		}
	}
};
