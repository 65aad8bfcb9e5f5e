import { ApiError } from '../../../nodes/Magnific/api/errors';
import { isEnded } from '../../../nodes/Magnific/api/types';
import { APP_OF_ALL, type World } from '../world';

/** The wait of n8n's HTTP Request node between the tries of *Retry On Fail*, at its longest. */
const N8N_RETRY_MS = 5_000;
/** *Batching* of n8n's HTTP Request node as it comes: so many items, then this pause. */
const N8N_BATCH = { size: 50, pauseMs: 1_000 };
const N8N_WAIT_MS = 15_000;

/** A 429 is tried again after the same wait as ever, until it goes: no peer gives up here. */
export const untilLetThrough = async <T>(
	{ clock }: World,
	waitMs: number,
	call: () => Promise<T>,
): Promise<T> => {
	for (;;) {
		try {
			return await call();
		} catch (error) {
			if (!(error instanceof ApiError && error.kind === 'rate_limited')) throw error;
			await clock.sleep(waitMs);
		}
	}
};

const submit = async (world: World, item: number, waitMs: number): Promise<string> =>
	await untilLetThrough(world, waitMs, () => world.api.startRun(APP_OF_ALL, { item }));

const isOver = async (world: World, run_id: string, waitMs: number): Promise<boolean> => {
	const run = await untilLetThrough(world, waitMs, () => world.api.getRun(run_id));
	return isEnded(run.status);
};

const untilOver = async (world: World, run_id: string, pollMs: number): Promise<void> => {
	do await world.clock.sleep(pollMs);
	while (!(await isOver(world, run_id, pollMs)));
};

/** One item after the other: start it, poll until it is over, next. */
export const sequential =
	(pollMs: number) =>
	async (world: World, items: readonly number[]): Promise<void> => {
		for (const item of items) {
			await untilOver(world, await submit(world, item, pollMs), pollMs);
		}
	};

/** All at once, each polled on its own. */
export const naive =
	(pollMs: number) =>
	async (world: World, items: readonly number[]): Promise<void> => {
		await Promise.all(
			items.map(async (item) => {
				await untilOver(world, await submit(world, item, pollMs), pollMs);
			}),
		);
	};

/** One pass of an HTTP Request node over its items. */
const httpRequestNode = async <In, Out>(
	{ clock }: World,
	inputs: readonly In[],
	request: (input: In) => Promise<Out>,
): Promise<Out[]> => {
	const answers = inputs.map(async (input, i) => {
		await clock.sleep(Math.floor(i / N8N_BATCH.size) * N8N_BATCH.pauseMs);
		return await request(input);
	});
	return await Promise.all(answers);
};

/** The loop that people build of n8n's own nodes: HTTP Request, Wait, HTTP Request, IF, and back. */
export const handMadeLoop = async (world: World, items: readonly number[]): Promise<void> => {
	let going = await httpRequestNode(world, items, (item) => submit(world, item, N8N_RETRY_MS));
	while (going.length > 0) {
		await world.clock.sleep(N8N_WAIT_MS);
		const over = await httpRequestNode(world, going, (id) => isOver(world, id, N8N_RETRY_MS));
		going = going.filter((_, i) => over[i] !== true);
	}
};
