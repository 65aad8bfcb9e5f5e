import type { INode, INodeExecutionData } from 'n8n-workflow';
import type { RequestLogEntry, RunRecord } from '../../../emulator/control/types';
import { appIdOf } from './itemApps';
import { NODE } from './n8n';
import type { NodeOutcome } from './runNode';

/** What an execution has to keep to, whatever goes wrong: its items are those of `itemApps.ts`. */
export interface Promised {
	onError: NonNullable<INode['onError']>;
	/** The items that the node is to work on. */
	items: number[];
	/** How many of them it gets at a time, where it stands in a loop. */
	loopOf?: number;
	/** Those that are refused before anything is sent. */
	refused: number[];
	/** Those that come out with one of `statuses`, whatever becomes of the others. */
	good: number[];
	statuses: string[];
	/** What all its runs may cost, in credits. */
	creditLimit: number;
	/** Stop was pressed: nothing has to come out, and the ids may stand in the log alone. */
	isCut: boolean;
	/** How many times a file may have been fetched where n8n died. Default: once by each execution. */
	fetches?: number;
	/** Those of which n8n did not live to hear, or to log, what came of their submissions. */
	unsure?: number[];
}

/** What the local Magnific and n8n know after it was played. */
export interface Books {
	runs: RunRecord[];
	requests: RequestLogEntry[];
	/** One for each execution: n8n's Retry makes another. */
	outcomes: NodeOutcome[];
	/** What went to n8n's log. */
	log: string;
}

const isOver = (run: RunRecord): boolean => run.status === 'failed' || run.status === 'cancelled';

/** Whether nobody but Magnific knows if the submission has started a run. */
const isOfUnknownFate = ({ status }: RequestLogEntry): boolean =>
	status === 0 || (status >= 500 && status !== 503);

const itemOf = ({ pairedItem }: INodeExecutionData): number => {
	const first = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	return typeof first === 'object' ? first.item : (first ?? -1);
};

/** A message in full: what n8n shows of an error, and its data. */
const errorText = ({ error }: NodeOutcome): string =>
	error
		? JSON.stringify([error.message, 'description' in error && error.description, error.context])
		: '';

const shown = (outcomes: NodeOutcome[]): string =>
	outcomes
		.map(({ items, failed, ...rest }) =>
			JSON.stringify([items, failed].map((list) => list.map(({ json }) => json))).concat(
				errorText({ items, failed, ...rest }),
			),
		)
		.join('\n');

interface Round {
	good: INodeExecutionData[];
	bad: INodeExecutionData[];
}

/** The outputs of each time that the node was run, both of its outputs. */
const roundsOf = ({ run }: NodeOutcome): Round[] =>
	(run.data.resultData.runData[NODE] ?? []).map(({ data }) => ({
		good: data?.main?.[0] ?? [],
		bad: data?.main?.[1] ?? [],
	}));

const brokenByCharges = (
	{ items, onError, loopOf, refused, creditLimit }: Promised,
	{ runs, requests }: Books,
): string[] => {
	const submissions = requests.filter(({ route }) => route === 'run');
	const broken: string[] = [];
	for (const appId of new Set(submissions.map(({ app_id = '' }) => app_id))) {
		const item = items.find((index) => appIdOf(index) === appId);
		const own = runs.filter(({ app_id }) => app_id === appId);
		if (own.length > (item === undefined ? 0 : 1 + own.filter(isOver).length)) {
			broken.push(`${appId} was charged ${String(own.length)} times`);
		}
		const sent = submissions.filter(({ app_id }) => app_id === appId);
		const lost = sent.findIndex(isOfUnknownFate);
		if (lost >= 0 && lost < sent.length - 1) {
			broken.push(`${appId} was sent again although its fate was unknown`);
		}
	}
	const credits = runs.reduce((sum, run) => sum + run.credits, 0);
	if (credits > creditLimit) broken.push(`${String(credits)} credits were spent over the limit`);
	if (onError === 'stopWorkflow' && loopOf === undefined && refused.length > 0 && runs.length > 0) {
		broken.push('runs were started although an item was refused');
	}
	return broken;
};

const brokenByTelling = (
	{ isCut, unsure = [] }: Promised,
	{ runs, requests, outcomes, log }: Books,
): string[] => {
	const text = shown(outcomes);
	// A run whose submission's answer was lost has no id that anybody could tell.
	const untold = new Set(
		requests
			.filter((entry) => entry.route === 'run' && isOfUnknownFate(entry))
			.map(({ run_id }) => run_id),
	);
	const unsureApps = new Set(unsure.map(appIdOf));
	return runs
		.filter(({ run_id, app_id }) => !untold.has(run_id) && !unsureApps.has(app_id))
		.filter((run) => !(isCut || isOver(run) ? text + log : text).includes(run.run_id))
		.map(
			({ run_id, app_id, status }) =>
				`run ${run_id} of ${app_id} (${status}) was charged and is not told`,
		);
};

const brokenByOutput = (
	{ items, onError, loopOf, good, statuses }: Promised,
	{ runs }: Books,
	last: NodeOutcome,
): string[] => {
	if (last.error) {
		return onError === 'stopWorkflow' ? [] : [`it stopped: ${last.error.message}`];
	}
	const broken: string[] = [];
	const seen = roundsOf(last).flatMap(({ good: passed, bad }, round) => {
		for (const [name, list] of Object.entries({ good: passed, bad })) {
			const order = list.map(itemOf);
			if (order.some((item, i) => item < (order[i - 1] ?? 0))) {
				broken.push(`the ${name} items of round ${String(round)} are not in order`);
			}
		}
		const base = round * (loopOf ?? 0);
		return [...passed, ...bad].map((output) => ({
			item: base + itemOf(output),
			json: output.json,
		}));
	});
	for (const item of items) {
		const [own, ...more] = seen.filter((output) => output.item === item);
		if (!own || more.length > 0) {
			broken.push(`item ${String(item)} came out ${String(own ? 1 + more.length : 0)} times`);
			continue;
		}
		const text = JSON.stringify(own.json);
		if (good.includes(item) && !statuses.some((status) => status === own.json['status'])) {
			broken.push(`item ${String(item)} came out as ${text}`);
		}
		const others = runs.filter(({ app_id }) => app_id !== appIdOf(item));
		if (others.some(({ run_id }) => text.includes(run_id))) {
			broken.push(`item ${String(item)} came out with the run of another: ${text}`);
		}
	}
	if (seen.some(({ item }) => !items.includes(item))) broken.push('an item came out unasked');
	return broken;
};

/** All that is broken, in words; empty where every promise was kept. */
export const brokenPromises = (promised: Promised, books: Books): string[] => {
	const { requests, outcomes } = books;
	const files = requests.filter(({ route, status }) => route === 'file' && status === 200);
	const distinct = new Set(files.map(({ path }) => path)).size;
	const last = outcomes.at(-1);
	return [
		...brokenByCharges(promised, books),
		...brokenByTelling(promised, books),
		// Another execution has no files of the one before: n8n's Retry fetches them for itself.
		...(files.length > distinct * (promised.fetches ?? outcomes.length)
			? ['a file was downloaded twice']
			: []),
		...(promised.isCut ? [] : last ? brokenByOutput(promised, books, last) : ['nothing came out']),
	];
};
