import { setTimeout as sleep } from 'node:timers/promises';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Control, Emulator, FaultSpec } from '../../../emulator';
import type { DeliveryRecord, RunRecord } from '../../../emulator/control/types';
import { appIdOf, appOf, COST, HEADLINE } from '../support/itemApps';
import { systemClock } from '../support/fastClock';
import { credentialFor } from '../support/localMagnific';
import { readLog } from '../support/logFile';
import { startProcess } from '../support/nodeProcess';
import { byId } from '../support/parameters';
import { brokenPromises, type Promised } from '../support/promises';
import type { NodeOutcome } from '../support/runNode';
import { startWaitingN8n, type WaitingN8n, type WaitingRun } from '../support/waitingN8n';
import type { FaultName, ItemPlan, Night } from './plan';

/** Long enough for all that a plan can put off, in minutes. */
const MAX_WAIT = 10;
const LOOK_EVERY_MS = 5;
/** Whoever still waits then hangs. */
const HANGS_AFTER_MS = 60_000;
/** What a process had sent when it died is with Magnific by then. */
const ARRIVES_WITHIN_MS = 50;
/** Of the node's clock. */
const LOGS_WITHIN_MS = 10_000;
/** So long nothing moves before n8n's timer is due: a watchdog would have looked. */
const STILL_MS = 400;

const actionOf = (fault: FaultName): FaultSpec['fault'] => {
	switch (fault) {
		case 'refused':
			return { kind: 'status', status: 400, body: { message: 'Not now.' } };
		case 'too_many':
			return { kind: 'status', status: 429 };
		case 'too_many_for_a_second':
			return { kind: 'status', status: 429, headers: { 'retry-after': '1' } };
		case 'unavailable':
			return { kind: 'status', status: 503 };
		case 'broken':
			return { kind: 'status', status: 500 };
		case 'web_page':
			return { kind: 'html', status: 502 };
		case 'reset_before':
		case 'reset_after':
			return { kind: fault };
	}
};

const callbackRule = (callback: ItemPlan['callback']) => {
	switch (callback) {
		case 'comes':
			return undefined;
		case 'is_lost':
			return { kind: 'drop' } as const;
		case 'is_late':
			return { kind: 'delay', ms: 20, max_ms: 300 } as const;
		case 'comes_twice':
			return { kind: 'duplicate', copies: 2, gap_ms: 5 } as const;
		case 'is_reordered':
			return { kind: 'reorder', window: 4, max_wait_ms: 200 } as const;
	}
};

/** Tells the local Magnific what goes wrong in this night. */
const prepare = async (control: Control, { items }: Night): Promise<void> => {
	for (const [index, item] of items.entries()) {
		const app_id = appIdOf(index);
		await control.addApp(appOf(index, item.seconds));
		const faults = { run: item.submissions, get_run: item.looks, file: item.downloads };
		for (const route of ['run', 'get_run', 'file'] as const) {
			for (const fault of faults[route]) {
				await control.addFault({ route, app_id, times: 1, fault: actionOf(fault) });
			}
		}
		for (const status of item.ends) {
			await control.setOutcome({ app_id, times: 1, status, error_message: 'Bad luck.' });
		}
	}
	await control.webhooks({
		rules: items.flatMap(({ callback }, index) => {
			const fault = callbackRule(callback);
			return fault ? [{ app_id: appIdOf(index), fault }] : [];
		}),
	});
};

const limitOf = ({ items }: Night): number => COST * Math.max(1, items.length);

const parametersOf = (night: Night): INodeParameters => ({
	resource: 'app',
	operation: 'run',
	app: byId('={{ $json.app }}'),
	inputMode: 'fields',
	inputs: { mappingMode: 'defineBelow', value: { [HEADLINE]: '={{ $json.title }}' } },
	wait: night.wait,
	options: {
		maxWait: MAX_WAIT,
		maxConcurrentRuns: night.maxConcurrentRuns,
		downloadFiles: night.download,
		...(night.creditLimit ? { creditLimit: limitOf(night) } : {}),
	},
});

const givenIn = (night: Night, local: Emulator): WaitingRun => ({
	parameters: parametersOf(night),
	items: night.items.map(
		({ isBlank }, index): INodeExecutionData => ({
			json: { app: appIdOf(index), title: isBlank ? '' : `Title ${String(index)}` },
		}),
	),
	settings: {
		onError: night.onError,
		...(night.retry ? { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 } : {}),
	},
	credential: credentialFor(local),
});

const PASSING_SUBMISSIONS: FaultName[] = ['too_many', 'too_many_for_a_second', 'unavailable'];

/** Whether the item gets its result, whatever becomes of the others. */
const isGood = ({ isBlank, submissions, looks, downloads, ends }: ItemPlan): boolean =>
	!isBlank &&
	submissions.every((fault) => PASSING_SUBMISSIONS.includes(fault)) &&
	[...looks, ...downloads].every((fault) => fault !== 'refused') &&
	ends.every((end) => end === 'completed_with_errors');

/** What happened besides the plan of the items. */
interface Happened {
	isStopped: boolean;
	restarts: number;
	/** n8n's timer has ended the wait, since nobody was left to do so. */
	isEndedByTimer: boolean;
	/** The apps whose runs were surely started before the execution was parked. */
	early: Set<string>;
	/** How many submissions had been sent when n8n was dead, and what it had on its way had arrived. */
	sentByTheDead: number | null;
	/** The number of the last callback by then. */
	lastToTheDead: number | null;
	troubles: string[];
}

/** The items that were waiting for their turn at the park, and of whose runs no callback has told since n8n died. */
const unsureIn = (
	night: Night,
	{ early, lastToTheDead, isStopped }: Happened,
	runs: RunRecord[],
	deliveries: DeliveryRecord[],
): number[] => {
	if (lastToTheDead === null) return [];
	// Where Stop was pressed as well, nobody may have been left to tell it.
	const told = new Set(
		(isStopped ? [] : deliveries)
			.filter(({ seq, status }) => seq > lastToTheDead && status === 200)
			.map(({ run_id }) => run_id),
	);
	return [...night.items.keys()].filter(
		(index) =>
			!early.has(appIdOf(index)) &&
			!runs.some(({ app_id, run_id }) => app_id === appIdOf(index) && told.has(run_id)),
	);
};

const promisedIn = (
	night: Night,
	happened: Happened,
	executions: number,
	unsure: number[],
): Promised => {
	const indexes = [...night.items.keys()];
	return {
		onError: night.onError,
		items: indexes,
		refused: indexes.filter((index) => night.items[index]?.isBlank),
		good: happened.isEndedByTimer
			? []
			: indexes.filter((index) => {
					const item = night.items[index];
					return item !== undefined && isGood(item) && !unsure.includes(index);
				}),
		statuses: ['completed', 'completed_with_errors'],
		creditLimit: night.creditLimit ? limitOf(night) * executions : Infinity,
		isCut: happened.isStopped,
		fetches: executions + happened.restarts,
		unsure,
	};
};

/** Lets happen what the plan says for one execution, until it has ended. */
const watchOver = async (
	night: Night,
	local: Emulator,
	n8n: WaitingN8n,
	happened: Happened,
	execution: Promise<NodeOutcome>,
): Promise<NodeOutcome> => {
	const state = { isOver: false };
	const ended = execution.finally(() => {
		state.isOver = true;
	});
	let [calledAtRestart, movedAt, moves] = [0, Date.now(), ''];
	for (
		const startedAt = Date.now();
		!state.isOver;
		await Promise.race([sleep(LOOK_EVERY_MS), ended])
	) {
		if (Date.now() - startedAt > HANGS_AFTER_MS) throw new Error('It hangs');
		const requests = await local.control.requests();
		const started = await local.control.runs();
		if (n8n.parked === 0) for (const { app_id } of started) happened.early.add(app_id);
		if (
			night.stopAfterRequests !== null &&
			!happened.isStopped &&
			requests.length >= night.stopAfterRequests
		) {
			happened.isStopped = true;
			n8n.stop();
		}
		if (!n8n.isAtRest()) continue;
		if (
			night.restartAfterCalls !== null &&
			happened.restarts === 0 &&
			n8n.taken >= night.restartAfterCalls
		) {
			n8n.restart(startProcess());
			calledAtRestart = n8n.calledBack;
			happened.restarts += 1;
			await sleep(ARRIVES_WITHIN_MS);
			happened.sentByTheDead = await submissionsTo(local);
			happened.lastToTheDead = (await local.control.deliveries()).at(-1)?.seq ?? 0;
		}
		const seen = [requests.length, (await local.control.deliveries()).length].join();
		if (seen !== moves) [moves, movedAt] = [seen, Date.now()];
		const isForgotten = happened.restarts > 0 && n8n.calledBack === calledAtRestart;
		if (isForgotten && Date.now() - movedAt > STILL_MS) {
			await local.control.waitIdle();
			if (n8n.calledBack > calledAtRestart || !n8n.isAtRest()) continue;
			happened.isEndedByTimer = true;
			n8n.endWaits();
		}
	}
	const outcome = await ended;
	if (happened.sentByTheDead !== null && (await submissionsTo(local)) > happened.sentByTheDead) {
		happened.troubles.push('something was submitted after n8n had died');
	}
	happened.sentByTheDead = null;
	return outcome;
};

const submissionsTo = async ({ control }: Emulator): Promise<number> =>
	(await control.requests({ route: 'run' })).length;

/** Plays a night to its end, n8n's Retry included, and says which promises were broken. */
export const play = async (night: Night, local: Emulator): Promise<string[]> => {
	await local.control.reset();
	await prepare(local.control, night);
	const n8n = await startWaitingN8n(startProcess());
	try {
		const given = givenIn(night, local);
		const happened: Happened = {
			isStopped: false,
			restarts: 0,
			isEndedByTimer: false,
			early: new Set(),
			sentByTheDead: null,
			lastToTheDead: null,
			troubles: [],
		};
		const outcomes = [await watchOver(night, local, n8n, happened, n8n.run(given))];
		const [failed] = outcomes;
		if (failed?.error && !happened.isStopped && night.retryButton !== 'no') {
			if (night.retryButton === 'after_a_restart') n8n.restart(startProcess());
			outcomes.push(await watchOver(night, local, n8n, happened, n8n.retry(failed, given)));
		}
		// Who was stopped still hears of what was on its way, and logs it with the next burst.
		if (happened.isStopped) await systemClock.sleep(LOGS_WITHIN_MS);
		const [runs, requests] = [await local.control.runs(), await local.control.requests()];
		const unsure = unsureIn(night, happened, runs, await local.control.deliveries());
		return [
			...n8n.troubles,
			...happened.troubles,
			...brokenPromises(promisedIn(night, happened, outcomes.length, unsure), {
				runs,
				requests,
				outcomes,
				log: await readLog(),
			}),
		];
	} finally {
		await n8n.close();
	}
};
