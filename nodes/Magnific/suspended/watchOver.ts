import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { isRecord } from '../api/guards';
import { callSelf } from './callSelf';
import { endOf, noteSign } from './late';
import { parkMemories, PROCESS } from './memories';
import { newsOf } from './news';
import type { Park } from './state';
import { watch } from './watchdog';

/** How a park is watched over. */
export interface Watching {
	hasCallbacks: boolean;
	/** Called at the end of the time, before the wait is ended. */
	atTheEnd?: () => Promise<void>;
}

/** Lets this process watch over a park until it has gone on: once. It outlives the execution of the node. */
export const watchOver = (
	context: IExecuteFunctions | IWebhookFunctions,
	park: Park,
	{ hasCallbacks, atTheEnd }: Watching,
): void => {
	const memory = parkMemories.of(park, systemClock.now());
	if (!memory || memory.isWatched) return;
	memory.isWatched = true;
	const { id, secret, resumeUrl, parkedAt } = park;
	const since = park.runs.map((run) => run.since);
	const watched = {
		oldestSince: since.reduce((oldest, at) => Math.min(oldest, at), parkedAt),
		parkedAt,
		isSubmitting: park.queued.length > 0,
		hasCallbacks,
		deadline: () => endOf(park, memory, systemClock.now()),
	};
	const own = { id, secret, resumeUrl };
	void watch(
		watched,
		systemClock,
		async (what) => {
			if (what === 'end') await atTheEnd?.();
			const { heard, body } = await callSelf(context, own, what, newsOf(memory.late));
			if (isRecord(body) && body.by !== PROCESS) noteSign(memory, body.heardAt);
			return heard;
		},
		memory.gone.signal,
	).then((hasGoneOn) => {
		if (hasGoneOn) parkMemories.goneOn(id);
	});
};
