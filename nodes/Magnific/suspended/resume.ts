import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { createClient, type MagnificClient } from '../api/client';
import { settle } from '../api/errors';
import { isRecord } from '../api/guards';
import { withRetries } from '../api/retry';
import { isEnded, parseRun, type Run } from '../api/types';
import {
	allOver,
	lookAtParked,
	newMemory,
	outcomesOf,
	trustsCallbacks,
	type ParkMemory,
} from './looks';
import { parseEvent } from '../callbacks/event';
import { parkMemories, servesSince } from './memories';
import { readRequest, respond } from '../callbacks/request';
import { readSelfCall, SELF_CALL_HEADER, type SelfCall } from './selfCall';
import { checkSignature } from '../callbacks/signature';
import { finishPark } from './finish';
import { readPark, type Park } from './state';
import { callSelf } from './callSelf';

interface Resuming {
	context: IWebhookFunctions;
	client: MagnificClient;
	park: Park;
	memory: ParkMemory;
}

const memoryOf = (park: Park): ParkMemory => {
	const memory = parkMemories.of(park.id, () => newMemory(servesSince > park.parkedAt));
	for (const run of park.settled) memory.settled.set(run.run_id, run);
	return memory;
};

/** Resumes the execution with what is known: the callback is answered first, files may take long. */
const resume = async ({
	context,
	client,
	park,
	memory,
}: Resuming): Promise<IWebhookResponseData> => {
	if (memory.resuming) return respond(context, 200, 'The execution goes on');
	memory.resuming = true;
	respond(context, 200, 'The execution goes on');
	const items = await finishPark(context, client, park, outcomesOf(park.runs, memory));
	return { workflowData: items, noWebhookResponse: true };
};

/** Parks whose time was up while they were looked at: the watchdog says so once. */
const overdue = new WeakSet<ParkMemory>();

/**
 * Looks in the background; when that shows that all is over, a call of its own resumes. At the end
 * of the time it resumes whatever the look shows; a round that is under way is waited for.
 */
const lookAround = (resuming: Resuming, isEnd: boolean): void => {
	const { context, client, park, memory } = resuming;
	if (memory.looking) {
		if (isEnd) overdue.add(memory);
		return;
	}
	memory.looking = true;
	const { api, budget, clock, settings } = client;
	void (async () => {
		await lookAtParked(park.runs, memory, { api, budget, clock }, isEnd);
		memory.looking = false;
		if (!isEnd && !allOver(park.runs, memory)) {
			if (overdue.has(memory)) lookAround(resuming, true);
			return;
		}
		const runs = [...memory.settled.values()];
		await callSelf(context, settings.apiKey, park, { magnific: 'resume', runs });
	})();
};

const handleSelfCall = async (
	resuming: Resuming,
	{ magnific, runs }: SelfCall,
): Promise<IWebhookResponseData> => {
	const { context, client, park, memory } = resuming;
	if (magnific === 'resume') {
		for (const run of runs) settleRun(memory, parseRun(run, ''));
		return await resume(resuming);
	}
	const isEnd = magnific === 'end';
	if (isEnd || !trustsCallbacks(park, memory, client.clock.now())) lookAround(resuming, isEnd);
	return respond(context, 200, 'Noted');
};

const settleRun = (memory: ParkMemory, run: Run): void => {
	memory.settled.set(run.run_id, run);
};

/**
 * A webhook call for a parked execution: a callback of one of its runs, or the node's own watchdog.
 * It resumes the execution once, when all runs are over; until then it leaves it parked.
 */
export async function resumeRuns(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const park = readPark(this);
	if (!park) return respond(this, 404, 'This execution does not wait for Magnific runs');
	const client = await createClient(this);
	const { api, budget, clock, settings } = client;
	const memory = memoryOf(park);
	const resuming = { context: this, client, park, memory };

	const request = readRequest(this);
	if ('refusal' in request) return respond(this, 400, request.refusal);
	const { headers, rawBody, body } = request;
	const selfHeader = headers[SELF_CALL_HEADER];
	if (selfHeader !== undefined) {
		const call = readSelfCall(
			settings.apiKey,
			park.id,
			selfHeader,
			rawBody.toString(),
			clock.now(),
		);
		return call
			? await handleSelfCall(resuming, call)
			: respond(this, 401, 'The signature does not fit');
	}

	const event = parseEvent(body);
	if (!event) return respond(this, 400, 'There is no run id or no known event in it');
	const isSigned = settings.webhookSecret !== '';
	if (isSigned) {
		const verdict = checkSignature(settings.webhookSecret, headers, rawBody, clock.now());
		if (verdict !== 'right') return respond(this, 401, `The signature is ${verdict}`);
	}
	const parked = park.runs.find(({ run_id }) => run_id === event.run_id);
	const query: unknown = this.getQueryData();
	const item = isRecord(query) ? query.item : undefined;
	if (!parked || (item !== undefined && item !== String(parked.itemIndex))) {
		return respond(this, 404, 'This execution does not wait for this run');
	}
	memory.lastCallbackAt = clock.now();
	if (event.event === 'started' || memory.settled.has(event.run_id)) {
		return respond(this, 200, 'Noted');
	}

	const told = isSigned ? event.run : null;
	if (told) {
		settleRun(memory, { ...told, app_id: told.app_id ?? parked.app?.sqid ?? null });
	} else {
		const look = await settle(() =>
			withRetries('poll', { budget, clock }, () => api.getRun(event.run_id), 3),
		);
		if ('error' in look) return respond(this, 503, 'The run could not be read from the API');
		if (isEnded(look.value.status)) settleRun(memory, look.value);
	}
	if (allOver(park.runs, memory)) return await resume(resuming);
	if (memory.isLate && !memory.hasLooked) lookAround(resuming, false);
	return respond(this, 200, 'Noted');
}
