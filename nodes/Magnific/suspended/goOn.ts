import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { MagnificClient } from '../api/client';
import { respond } from '../callbacks/request';
import { callSelf } from './callSelf';
import { finishPark } from './finish';
import { endOf, isOver, runsOf } from './late';
import { allOver, lookAtParked, type ParkMemory } from './looks';
import { parkMemories } from './memories';
import { newsOf } from './news';
import type { Park } from './state';

/** A call that meets a parked execution, with all that is needed to answer it. */
export interface Met {
	context: IWebhookFunctions;
	client: MagnificClient;
	park: Park;
	memory: ParkMemory;
}

export interface Answer {
	status: number;
	message: string;
}

export const GOES_ON: Answer = { status: 200, message: 'The execution goes on' };

/** How long the last looks may take at the end of the time, in ms: what is known is to come out. */
const LAST_LOOKS_MS = 10_000;
/** The same for a process that knows of no end yet: another one may have been called back. */
const FIRST_LOOKS_MS = 90_000;

/** Whether nothing is waited for any more, as far as this process knows. */
export const isAllOver = ({ client, park, memory }: Met): boolean =>
	isOver(park, memory, client.clock.now());

const lookIn = async (
	{ client, park, memory }: Met,
	signal: AbortSignal,
	all: boolean,
): Promise<void> => {
	const { api, budget, clock } = client;
	const runs = runsOf(park, memory);
	await lookAtParked(
		{ runs, parkedAt: park.parkedAt },
		memory,
		{ api, budget, clock, signal },
		all,
	);
};

/**
 * Looks in the background; when that shows that all is over, a call of its own makes the execution
 * go on: only an answer to a webhook call can.
 */
export const lookAround = (met: Met): void => {
	const { context, park, memory } = met;
	if (memory.round || memory.isGoingOn) return;
	const round = new AbortController();
	memory.round = round;
	void (async () => {
		await lookIn(met, round.signal, false);
		if (memory.round === round) memory.round = undefined;
		if (memory.isGoingOn || !isAllOver(met)) return;
		const { heard } = await callSelf(context, park, 'resume', newsOf(memory.late));
		if (heard === 'gone') parkMemories.goneOn(park.id);
	})();
};

/** Reads from the API what this process does not know, until that is done or the time is up. */
const readTheRest = async (met: Met): Promise<void> => {
	const { client, park, memory } = met;
	if (allOver(runsOf(park, memory), memory)) return;
	const round = new AbortController();
	memory.round = round;
	const { clock } = client;
	const atTheEnd = memory.settled.size > 0 ? LAST_LOOKS_MS : FIRST_LOOKS_MS;
	const end = endOf(park, memory, clock.now());
	const patience = memory.isOverdue ? atTheEnd : Math.max(0, end - clock.now());
	// Node warns of more than ten listeners on one signal, and ten looks listen to theirs.
	const looks = lookIn(met, AbortSignal.any([round.signal]), true);
	await Promise.race([looks, clock.sleep(patience, round.signal)]);
	round.abort();
	memory.round = undefined;
};

/**
 * Lets the execution go on, once, with the results in input order: all of them, or at the end of the
 * time those that are known. The call is answered first, since looks and files may take long.
 * Results that another process knows are read from the API; where one cannot be read the execution
 * stays parked, unless the time is up.
 */
export const goOn = async (met: Met, answer = GOES_ON): Promise<IWebhookResponseData> => {
	const { context, client, park, memory } = met;
	const stay = respond(context, answer.status, answer.message);
	if (!memory.isGoingOn || memory.isOverdue || isAllOver(met)) memory.round?.abort();
	// It may have gone on while this call read the credential or looked at a run.
	if (memory.isGoingOn || memory.gone.signal.aborted) return stay;
	memory.isGoingOn = true;
	try {
		await readTheRest(met);
		const now = client.clock.now();
		memory.isOverdue ||= now >= endOf(park, memory, now);
		if (!memory.isOverdue && !isAllOver(met)) return stay;
		const items = await finishPark(context, client, park, memory);
		parkMemories.goneOn(park.id);
		return { workflowData: items, noWebhookResponse: true };
	} finally {
		memory.isGoingOn = false;
	}
};
