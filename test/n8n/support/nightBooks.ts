import type { ChargeRecord, RequestLogEntry, RunRecord } from '../../../emulator/control/types';
import type { Execution, Item } from '../../../scripts/lib/n8n/execution';

/** What the local Magnific and n8n know of a night after it was played. */
export interface NightBooks {
	/** What each item's run is made from, in the order of the items; no two are alike. */
	headlines: readonly string[];
	charges: ChargeRecord[];
	runs: RunRecord[];
	/** Those that start runs. */
	submissions: RequestLogEntry[];
	/** The last request that n8n had made when it was killed. */
	lastBeforeKill: number;
	/** As it is stored at the end. */
	execution: Execution;
	/** All that n8n printed. */
	log: string;
}

/** What was counted, for the one who reads the test's output. */
export interface NightFigures {
	charged: number;
	/** Charges for runs that failed and were started anew. */
	paidAgain: number;
	itemsWithoutRun: number;
	/** Charged runs whose ids Magnific never told: the answer to the submission was lost. */
	neverTold: number;
	/** Charged runs that n8n had no time to note: started after the last line in its log. */
	ofTheLastBurst: number;
	fates: Record<string, number>;
}

const headlineOf = (inputs: Record<string, unknown>): string => String(Object.values(inputs)[0]);

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;

/** Faults after which the client cannot know the id of the run that it may have started. */
const LOSES_THE_ANSWER = ['reset_after', 'status_after', 'truncated', 'wrong_shape'];

/** The client cannot know whether this submission started a run. */
const isOfUnknownFate = ({ fault, status }: RequestLogEntry): boolean =>
	fault === 'reset_before' ||
	LOSES_THE_ANSWER.includes(fault ?? '') ||
	(status >= 500 && status !== 503);

/** The run ids in each of the log's lines that tell of started runs. */
const idsByLine = (log: string): string[][] =>
	log
		.split('\n')
		.filter((line) => line.includes('Magnific: started runs'))
		.map((line) => [...line.matchAll(/item \d+: (\w+)/g)].map(([, id = '']) => id));

/** The run ids that n8n's log tells. */
export const idsInLog = (log: string): string[] => idsByLine(log).flat();

interface Outcome {
	item: number;
	output: number;
	run_id: unknown;
	/** As a word: the run's status, `unfinished`, or what became of an item without a run. */
	fate: string;
}

const indexOf = ({ pairedItem }: Item): number =>
	isRecord(pairedItem) ? Number(pairedItem['item']) : -1;

const outcomeOf = (item: Item, output: number): Outcome => {
	const { details, run_id, status, timed_out } = item.json;
	const from = isRecord(details) ? details : { run_id, status };
	return {
		item: indexOf(item),
		output,
		run_id: from['run_id'],
		fate: timed_out === true ? 'unfinished' : String(from['status']),
	};
};

const outcomesIn = (execution: Execution): Outcome[] =>
	[0, 1].flatMap((output) =>
		execution.items('Magnific', output).map((item) => outcomeOf(item, output)),
	);

const grouped = <T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> => {
	const groups = new Map<string, T[]>();
	for (const value of values)
		groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
	return groups;
};

const counted = (words: readonly string[]): Record<string, number> =>
	Object.fromEntries([...grouped(words, (word) => word)].map(([word, all]) => [word, all.length]));

/** Holds the books of a night, in which n8n was killed once, against what the node promises. */
export class Night {
	private readonly outcomes: Outcome[];
	private readonly runs: Map<string, RunRecord>;
	/** Of each item, in the order in which they were started. */
	private readonly charged: Map<string, ChargeRecord[]>;

	constructor(private readonly books: NightBooks) {
		this.outcomes = outcomesIn(books.execution);
		this.runs = new Map(books.runs.map((run) => [run.run_id, run]));
		this.charged = grouped(books.charges, ({ inputs }) => headlineOf(inputs));
	}

	get figures(): NightFigures {
		const { charges, headlines } = this.books;
		return {
			charged: charges.length,
			paidAgain: charges.length - this.charged.size,
			itemsWithoutRun: headlines.length - this.charged.size,
			neverTold: this.neverTold.size,
			ofTheLastBurst: this.ofTheLastBurst.size,
			fates: counted(this.outcomes.map(({ fate }) => fate)),
		};
	}

	/** All that is broken, in words; empty where every promise was kept. */
	get broken(): string[] {
		return [
			...this.paidTwice(),
			...this.notFound(),
			...this.sentAgain(),
			...(this.books.execution.status === 'success' ? this.wrongOutput() : []),
		];
	}

	/** A charge beside the first of an item is only for a run before it that gave nothing. */
	private paidTwice(): string[] {
		return [...this.charged].flatMap(([headline, charges]) =>
			charges
				.slice(0, -1)
				.filter(({ run_id }) => !this.gaveNothing(run_id))
				.map(({ run_id }) => `${headline} was paid again, beside ${this.shown(run_id)}`),
		);
	}

	private notFound(): string[] {
		const text = this.books.execution.text + this.books.log;
		return this.books.charges
			.filter(({ run_id }) => !text.includes(run_id))
			.filter(({ run_id }) => !this.neverTold.has(run_id) && !this.ofTheLastBurst.has(run_id))
			.map(({ run_id }) => `${this.shown(run_id)} was charged and is told nowhere`);
	}

	private sentAgain(): string[] {
		const { submissions, lastBeforeKill, execution } = this.books;
		const shown = new Set(this.outcomes.map(({ run_id }) => run_id));
		// Of a run whose answer was lost its callback may tell.
		const unknown = submissions
			.filter(isOfUnknownFate)
			.filter(({ run_id }) => run_id === undefined || !shown.has(run_id));
		const broken = submissions
			.filter(({ seq }) => seq > lastBeforeKill)
			.map(({ seq }) => `request ${String(seq)} started a run after n8n was killed`);
		for (const [headline, sent] of grouped(submissions.filter(hasInputs), ofItem)) {
			const first = sent.findIndex(isOfUnknownFate);
			if (first >= 0 && first < sent.length - 1) {
				broken.push(`${headline} was sent again although its fate was unknown`);
			}
		}
		// A submission that broke before it arrived names no item: its item has to come out as unknown.
		const told = this.outcomes.filter(({ fate }) => fate === 'unknown').length;
		if (execution.status === 'success' && told < unknown.length) {
			broken.push(
				`${String(unknown.length)} submissions are of unknown fate, but only ${String(told)} items`,
			);
		}
		return broken;
	}

	/** Once each, in order, paired, and each with its own last run. */
	private wrongOutput(): string[] {
		const broken: string[] = [];
		for (const output of [0, 1]) {
			const items = this.outcomes.filter((one) => one.output === output).map(({ item }) => item);
			if (items.some((item, i) => i > 0 && item <= (items[i - 1] ?? 0))) {
				broken.push(`the items of output ${String(output)} are not in order`);
			}
		}
		for (const [item, headline] of this.books.headlines.entries()) {
			const own = this.outcomes.filter((outcome) => outcome.item === item);
			const [outcome] = own;
			if (!outcome || own.length > 1) {
				broken.push(`item ${String(item)} came out ${String(own.length)} times`);
			} else {
				broken.push(...this.wrongRun(outcome, this.charged.get(headline) ?? []));
			}
		}
		const unasked = this.outcomes.filter(({ item }) => !(item in this.books.headlines));
		return [...broken, ...unasked.map(({ item }) => `item ${String(item)} came out unasked`)];
	}

	private wrongRun({ item, run_id, fate }: Outcome, charges: ChargeRecord[]): string[] {
		const last = charges.at(-1)?.run_id;
		const isWithoutRun = last === undefined || this.gaveNothing(last);
		const isRight =
			fate === 'not_started'
				? run_id === null && isWithoutRun
				: fate === 'unknown'
					? run_id === null && (isWithoutRun || this.mayBeUnknown(last))
					: run_id === last;
		if (!isRight) {
			const paid = charges.map((charge) => this.shown(charge.run_id)).join(', ');
			return [`item ${String(item)} came out as ${fate} (${String(run_id)}), paid were: ${paid}`];
		}
		const status = this.runs.get(String(run_id))?.status;
		return fate === 'completed' && status !== 'completed'
			? [`item ${String(item)} came out as completed, its run is ${String(status)}`]
			: [];
	}

	private gaveNothing(run_id: string): boolean {
		return ['failed', 'cancelled'].includes(this.runs.get(run_id)?.status ?? '');
	}

	/** What was started after the park n8n has not saved: what has called back before the kill, its log tells. */
	private mayBeUnknown(run_id: string): boolean {
		return this.neverTold.has(run_id) || this.ofTheLastBurst.has(run_id) || this.inLog.has(run_id);
	}

	private get inLog(): Set<string> {
		return new Set(idsInLog(this.books.log));
	}

	private get neverTold(): Set<string> {
		return new Set(
			this.books.submissions.flatMap(({ run_id, fault }) =>
				run_id !== undefined && LOSES_THE_ANSWER.includes(fault ?? '') ? [run_id] : [],
			),
		);
	}

	/** The log gets a line for every five seconds of starts, so what was started with or after the last line. */
	private get ofTheLastBurst(): Set<string> {
		const { charges, log } = this.books;
		const ids = new Set(charges.map(({ run_id }) => run_id));
		const lines = idsByLine(log).filter((line) => line.some((id) => ids.has(id)));
		const told = new Set(lines.flat());
		const last = new Set(lines.at(-1));
		const since = Math.min(
			...charges.filter(({ run_id }) => lines.length === 0 || last.has(run_id)).map(({ at }) => at),
		);
		return new Set(
			charges
				.filter(({ run_id, at }) => at >= since && !told.has(run_id) && !this.neverTold.has(run_id))
				.map(({ run_id }) => run_id),
		);
	}

	private shown(run_id: string): string {
		return `run ${run_id} (${this.runs.get(run_id)?.status ?? 'of nobody'})`;
	}
}

function hasInputs({ body }: RequestLogEntry): boolean {
	return isRecord(body) && isRecord(body['inputs']);
}

function ofItem({ body }: RequestLogEntry): string {
	return isRecord(body) && isRecord(body['inputs']) ? headlineOf(body['inputs']) : '';
}
