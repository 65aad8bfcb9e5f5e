import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../nodes/Magnific/api/clock';

/** How many seconds of the node's time pass in a real second: the local Magnific's time scale. */
export const SPEED = 50;

/** The process of n8n in which something is done; none where the tests have only their own. */
export const inProcess = new AsyncLocalStorage<{ isDead: boolean }>();

/** What a dead process waits for. */
export const never = async (): Promise<never> => new Promise(() => undefined);

const startedAt = Date.now();

const now = (): number => startedAt + (Date.now() - startedAt) * SPEED;

/**
 * The node's clock at the speed of the local Magnific, so that a run of ten seconds takes half a
 * second for both. Stands in for `api/clock` by `jest.mock`. Nobody wakes up in a dead process.
 */
export const systemClock: Clock = {
	now,
	async sleep(ms, signal) {
		try {
			// Who still watches over something when the tests are over keeps no process alive.
			await sleep(Math.max(0, ms) / SPEED, undefined, {
				ref: false,
				...(signal ? { signal } : {}),
			});
		} catch {
			// Aborted: who was waiting looks at its own signals.
		}
		if (inProcess.getStore()?.isDead === true) await never();
	},
};
