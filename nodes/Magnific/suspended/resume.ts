import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { createClient, type MagnificClient } from '../api/client';
import { systemClock } from '../api/clock';
import { redact } from '../api/redact';
import { readRequest, respond } from '../callbacks/request';
import { StartedLog } from '../runs/idsInLog';
import { judge, readCallback, type Call, type Callback } from './callback';
import type { RunOfItem } from './callbackUrl';
import { goOn, GOES_ON, isAllOver, lookAround, type Met } from './goOn';
import { heardAtOf, isWithoutRun, noteLate, runsOf, withoutRun } from './late';
import { lookAtRun, noteEnd, noteStart, onlyLooksTell, trustsCallbacks } from './looks';
import type { ParkedRun, ParkMemory } from './looks';
import { parkMemories, PROCESS } from './memories';
import { asksIn, noteNews } from './news';
import { OTHER_PARK, readSelfCall, SELF_CALL_HEADER, type ToldCall } from './selfCall';
import { readPark, type Park } from './state';
import { watchOver } from './watchOver';

const LOOKS_FOR_A_CALLBACK = 3;

/** Says in n8n's log that a park refuses calls of its own runs or its own node: once per process. */
const sayRefused = (context: IWebhookFunctions, memory: ParkMemory, why: string): void => {
	if (memory.hasSaidRefused) return;
	memory.hasSaidRefused = true;
	context.logger.warn(
		`Magnific: execution ${context.getExecutionId()} is suspended and refuses calls: the signature is ${why}. ` +
			(why === 'stale'
				? 'It is more than five minutes old or ahead: compare the clock of this computer with the real time.'
				: 'Compare the webhook signing secret in the credential with the one in the Magnific dashboard.') +
			' The runs are looked at instead, which costs requests.',
	);
};

const startedLogs = new WeakMap<ParkMemory, StartedLog>();

/** Tells in n8n's log of a run whose id the process that started it may not have lived to tell. */
const logStarted = ({ context, client, memory }: Met, { itemIndex, run_id }: RunOfItem): void => {
	if (memory.isSubmitting) return;
	const write = (line: string): void => {
		context.logger.info(line);
	};
	const log = startedLogs.get(memory) ?? new StartedLog(client.clock, write);
	startedLogs.set(memory, log);
	log.note(itemIndex, run_id);
};

/** Takes note of runs whose own calls may have reached a process that has ended. */
const noteEarlier = (met: Met, runs: RunOfItem[], now: number): void => {
	const { park, memory } = met;
	for (const run of runs) {
		if (!isWithoutRun(park, memory, run.itemIndex)) continue;
		noteLate(memory, run.itemIndex, { kind: 'started', run_id: run.run_id, since: now }, now);
		logStarted(met, run);
	}
};

/** Takes note that another process starts runs, and watches over the park in case that one ends. */
const noteTask = ({ context, park, memory }: Met, isShared: boolean, now: number): void => {
	if (memory.isSubmitting) return;
	memory.task = { heardAt: now, isShared };
	watchOver(context, park, { hasCallbacks: true });
};

const answerSelfCall = async (
	met: Met,
	{ call, news }: ToldCall,
): Promise<IWebhookResponseData> => {
	const { context, client, park, memory } = met;
	const now = client.clock.now();
	noteNews(memory, news, now);
	const { isShared, going } = asksIn(news);
	if (call === 'submitting') noteTask(met, isShared, now);
	if (call === 'end') memory.isOverdue = true;
	// A call to go on may have got lost.
	if (call === 'resume' || call === 'end' || isAllOver(met)) return await goOn(met);
	const runs = runsOf(park, memory);
	if (call === 'look' && !trustsCallbacks({ ...park, runs }, memory, now)) lookAround(met);
	const isGoing = new Set(going);
	const over = runs.flatMap(({ itemIndex, run_id }) =>
		isGoing.has(itemIndex) && memory.settled.has(run_id) ? [itemIndex] : [],
	);
	return respond(context, 200, 'Noted', { by: PROCESS, over, heardAt: heardAtOf(memory, now) });
};

const answerCallback = async (
	met: Met,
	call: Call,
	callback: Callback<ParkedRun>,
): Promise<IWebhookResponseData> => {
	const { context, client, park, memory } = met;
	const { settings, clock } = client;
	const { isHint, isBelieved, signature, refused } = judge(
		call,
		callback,
		settings.webhookSecret,
		clock.now(),
	);
	const { parked, isNew, told, run, isOfItem, namesIt } = callback;
	const isOurs = isOfItem || namesIt;
	if (isOurs && signature !== undefined && signature !== 'right' && !('refusal' in call.request)) {
		sayRefused(context, memory, signature);
	}
	const answer = refused ?? { status: 200, message: 'Noted' };
	if (!parked || !isHint) return respond(context, answer.status, answer.message);

	if (memory.isLate) watchOver(context, park, { hasCallbacks: true });
	memory.lastCallbackAt = clock.now();
	noteEarlier(met, callback.earlier, clock.now());
	const { run_id, itemIndex, since } = parked;
	const noteNew = (): void => {
		if (!isNew) return;
		noteLate(memory, itemIndex, { kind: 'started', run_id, since }, since);
		logStarted(met, parked);
	};
	if (isNew === 'surely') noteNew();
	if (!memory.settled.has(run_id)) {
		if (told === 'started' && isNew !== 'likely') {
			noteStart(memory, parked);
		} else if (isBelieved && run) {
			noteEnd(memory, parked, run, clock.now());
		} else {
			const found = await lookAtRun(parked, memory, client, LOOKS_FOR_A_CALLBACK);
			const isUnread = found === 'untold' || found === 'unknown run';
			if (!isUnread) noteNew();
			if (isUnread || (found === 'going' && told === 'ended')) memory.toldOver.add(run_id);
			if (isUnread) return respond(context, 503, 'The run could not be read from the API');
		}
	}
	if (isAllOver(met)) return await goOn(met, refused ?? GOES_ON);
	if (onlyLooksTell({ ...park, runs: runsOf(park, memory) }, memory)) lookAround(met);
	return respond(context, answer.status, answer.message);
};

/** What this node says to its own park. */
const readOwn = (
	context: IWebhookFunctions,
	park: Park,
	header: unknown,
): ReturnType<typeof readSelfCall> => {
	const request = readRequest(context);
	const body = 'refusal' in request ? '' : request.rawBody.toString();
	return readSelfCall(park, header, body, systemClock.now());
};

const answerCall = async (context: IWebhookFunctions): Promise<IWebhookResponseData> => {
	const park = readPark(context);
	if (!park) return respond(context, 404, 'This execution does not wait for Magnific runs');
	const memory = parkMemories.of(park, systemClock.now());
	if (!memory) return respond(context, GOES_ON.status, GOES_ON.message);

	const selfHeader = context.getHeaderData()[SELF_CALL_HEADER];
	if (selfHeader !== undefined) {
		const call = readOwn(context, park, selfHeader);
		if (call === undefined) return respond(context, 401, OTHER_PARK);
		if (call === 'stale') {
			sayRefused(context, memory, call);
			return respond(context, 401, 'The signature is stale');
		}
		const client = await createClient(context);
		return await answerSelfCall({ context, client, park, memory }, call);
	}

	const call = { query: context.getQueryData(), request: readRequest(context) };
	const known = {
		...park,
		runs: runsOf(park, memory),
		get open() {
			return withoutRun(park, memory);
		},
	};
	const callback = readCallback(call, known, systemClock.now());
	const { parked, told } = callback;
	let client: MagnificClient | undefined;
	try {
		client = await createClient(context);
	} finally {
		// What this call told is lost, so that a look has to tell.
		if (!client && parked && told !== 'started') memory.toldOver.add(parked.run_id);
	}
	return await answerCallback({ context, client, park, memory }, call, callback);
};

/**
 * A webhook call for a parked execution: a callback of one of its runs, or the node's own watchdog.
 * It resumes the execution once, when all runs are over; until then it leaves it parked. It never
 * throws: n8n would go on with an empty item, and every result were lost.
 */
export async function resumeRuns(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await answerCall(this);
	} catch (error) {
		return refuseForNow(this, error instanceof Error ? error.message : String(error));
	}
}

/** Answers 503, as far as n8n gives anything to answer with; the execution stays parked. */
const refuseForNow = (context: IWebhookFunctions, reason: string): IWebhookResponseData => {
	try {
		context.logger.warn(
			`Magnific: a call for suspended execution ${context.getExecutionId()} could not be handled (${redact(reason)}); it stays suspended, and the next call or look tries again`,
		);
		return respond(context, 503, 'The call cannot be handled at the moment');
	} catch {
		return {};
	}
};
