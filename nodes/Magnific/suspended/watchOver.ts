import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { callSelf } from './callSelf';
import { parkMemories } from './memories';
import type { Park } from './state';
import { watch } from './watchdog';

/** Lets this process watch over a park until it has gone on: once. It outlives the execution of the node. */
export const watchOver = (
	context: IExecuteFunctions | IWebhookFunctions,
	park: Park,
	{ hasCallbacks }: { hasCallbacks: boolean },
): void => {
	const memory = parkMemories.of(park, systemClock.now());
	if (!memory || memory.isWatched) return;
	memory.isWatched = true;
	const { id, secret, resumeUrl, parkedAt, deadline } = park;
	const oldestSince = Math.min(...park.runs.map(({ since }) => since));
	const watched = { oldestSince, parkedAt, deadline, hasCallbacks };
	const own = { id, secret, resumeUrl };
	void watch(
		watched,
		systemClock,
		async (what) => await callSelf(context, own, what),
		memory.gone.signal,
	).then((hasGoneOn) => {
		if (hasGoneOn) parkMemories.goneOn(id);
	});
};
