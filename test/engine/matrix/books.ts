import type { INodeExecutionData } from 'n8n-workflow';
import type { RequestLogEntry, RunRecord } from '../../../emulator/control/types';
import { NODE } from '../support/n8n';
import type { NodeOutcome } from '../support/runNode';
import type { Cell } from './cells';
import { appIdOf, expectedItems, ITEMS, limitOf, troubleOf } from './execution';

/** What the local Magnific and n8n know after a cell was played. */
export interface Books {
	runs: RunRecord[];
	requests: RequestLogEntry[];
	/** One for each execution: n8n's Retry makes another. */
	outcomes: NodeOutcome[];
	/** What went to n8n's log. */
	log: string;
}

const isOver = (run: RunRecord): boolean => run.status === 'failed' || run.status === 'cancelled';

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

/** The outputs of each time that the node was run, both of its outputs. */
const rounds = ({
	run,
}: NodeOutcome): Array<{ good: INodeExecutionData[]; bad: INodeExecutionData[] }> =>
	(run.data.resultData.runData[NODE] ?? []).map(({ data }) => ({
		good: data?.main?.[0] ?? [],
		bad: data?.main?.[1] ?? [],
	}));

/** Problems that are known before anything is sent. */
const isUpFront = (cell: Cell, item: number): boolean =>
	['blank_row', 'unreadable_option'].includes(troubleOf(cell, item));

/** All that is broken, in words; empty where every promise was kept. */
export const brokenPromises = (cell: Cell, { runs, requests, outcomes, log }: Books): string[] => {
	const broken: string[] = [];
	const expected = expectedItems(cell);
	const submissions = requests.filter(({ route }) => route === 'run');
	const text = shown(outcomes);
	const last = outcomes.at(-1);
	const limit = cell.creditLimit ? limitOf(cell) : Infinity;

	for (const item of ITEMS) {
		const own = runs.filter(({ app_id }) => app_id === appIdOf(item));
		const needed = expected.includes(item) ? 1 + own.filter(isOver).length : 0;
		if (own.length > needed) {
			broken.push(`item ${String(item)} was charged ${String(own.length)} times`);
		}
		const sent = submissions.filter(({ app_id }) => app_id === appIdOf(item));
		const lost = sent.findIndex(({ fault }) => fault?.startsWith('reset') === true);
		if (lost >= 0 && lost < sent.length - 1) {
			broken.push(`item ${String(item)} was sent again although its fate was unknown`);
		}
	}

	// A run whose submission's answer was lost has no id that anybody could tell.
	const untold = new Set(
		submissions.filter(({ fault }) => fault === 'reset_after').map(({ run_id }) => run_id),
	);
	for (const run of runs.filter(({ run_id }) => !untold.has(run_id))) {
		const told = isOver(run) ? text + log : text;
		if (!told.includes(run.run_id)) {
			broken.push(`run ${run.run_id} of ${run.app_id} (${run.status}) was charged and is not told`);
		}
	}

	const credits = runs.reduce((sum, run) => sum + run.credits, 0);
	const times = cell.inLoop ? ITEMS.length / 2 : 1;
	if (credits > limit * times) broken.push(`${String(credits)} credits were spent over the limit`);

	if (cell.onError === 'stopWorkflow' && !cell.inLoop) {
		const isRefused = expected.some((item) => isUpFront(cell, item));
		if (isRefused && runs.length > 0) broken.push('runs were started although an item was refused');
	}

	const files = requests.filter(({ route, status }) => route === 'file' && status === 200);
	const paths = files.map(({ path }) => path);
	// Another execution has no files of the one before: n8n's Retry fetches them for itself.
	if (paths.length > new Set(paths).size * outcomes.length) {
		broken.push('a file was downloaded twice');
	}

	if (!last) return [...broken, 'nothing came out'];
	if (last.error) {
		if (cell.onError !== 'stopWorkflow') broken.push(`it stopped: ${last.error.message}`);
		return broken;
	}
	const outputs = rounds(last);
	const seen = outputs.flatMap(({ good, bad }, round) => {
		const base = cell.inLoop ? round * 2 : 0;
		for (const [name, list] of Object.entries({ good, bad })) {
			const items = list.map(itemOf);
			if (items.some((item, i) => item < (items[i - 1] ?? 0))) {
				broken.push(`the ${name} items of round ${String(round)} are not in order`);
			}
		}
		return [...good, ...bad].map((item) => ({ item: base + itemOf(item), json: item.json }));
	});
	for (const item of expected) {
		const own = seen.filter((output) => output.item === item);
		if (own.length !== 1) {
			broken.push(`item ${String(item)} came out ${String(own.length)} times`);
			continue;
		}
		const isGood = troubleOf(cell, item) === 'nothing';
		const wanted = cell.wait === 'none' ? 'running' : 'completed';
		if (isGood && own[0]?.json['status'] !== wanted) {
			broken.push(`item ${String(item)} came out as ${JSON.stringify(own[0]?.json)}`);
		}
	}
	if (seen.some(({ item }) => !expected.includes(item))) broken.push('an item came out unasked');
	return broken;
};
