import make from 'covertable';

/** What goes wrong with an item. `_once`: the first time only, so that another try succeeds. */
export const TROUBLES = [
	'nothing',
	'blank_row',
	'refused_once',
	'refused_always',
	'reset_before',
	'reset_after',
	'failed_run',
	'forbidden',
	'unreadable_option',
] as const;
export type Trouble = (typeof TROUBLES)[number];

const FACTORS = {
	wait: ['poll', 'webhook', 'none'],
	onError: ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'],
	retry: [false, true],
	item0: [...TROUBLES],
	item2: ['nothing', 'blank_row', 'refused_once', 'reset_after', 'failed_run'],
	/** Where the inputs come from; `changing`: an expression that gives another text at each try. */
	input: ['value', 'json', 'node', 'binary', 'changing'],
	executeOnce: [false, true],
	inLoop: [false, true],
	outputPer: ['run', 'file'],
	download: [false, true],
	creditLimit: [false, true],
	/** Where it has stopped, n8n's *Retry* button is pressed. */
	retried: [false, true],
	/** Max Concurrent Runs. */
	atOnce: [0, 1],
	/** The first call for the parked execution cannot read the credential. */
	storeDown: [false, true],
} as const;

type Factors = typeof FACTORS;

/** One setting of everything. */
export type Cell = { [Name in keyof Factors]: Factors[Name][number] } & {
	/** An expression that gives a text: then nothing may be spent. */
	validateOnly: boolean;
};

type Lists = Record<string, readonly unknown[]>;

/** Rows of settings that have all combinations of `length` of the factors, the same at every run. */
export const rowsOf = <T extends Lists>(
	factors: T,
	length: number,
): Array<{ [Name in keyof T]: T[Name][number] }> => {
	const names = Object.keys(factors);
	const indexes = Object.fromEntries(
		names.map((name) => [name, (factors[name] ?? []).map((_, index) => index)]),
	);
	const isRow = (row: Record<string, unknown>): row is { [Name in keyof T]: T[Name][number] } =>
		names.every((name) => name in row);
	return make(indexes, { length }).map((row) => {
		const values = Object.fromEntries(
			names.map((name) => [name, factors[name]?.[Number(row[name])]]),
		);
		if (!isRow(values)) throw new Error('A row of the matrix is not whole');
		return values;
	});
};

/**
 * All triples of all settings, and all pairs with *Validate Only* too: a covering array, the same at
 * every run.
 */
export const cells = (): Cell[] => [
	...rowsOf(FACTORS, 3).map((row) => ({ ...row, validateOnly: false })),
	...rowsOf(FACTORS, 2).map((row) => ({ ...row, validateOnly: true })),
];

/** A cell in a few words, for a test's name. */
export const titleOf = (cell: Cell): string =>
	[
		`wait ${cell.wait}`,
		cell.onError,
		cell.retry ? 'Retry On Fail' : '',
		`item 0: ${cell.item0}`,
		`item 2: ${cell.item2}`,
		`input by ${cell.input}`,
		cell.executeOnce ? 'Execute Once' : '',
		cell.inLoop ? 'in a loop' : '',
		`output per ${cell.outputPer}`,
		cell.download ? 'download' : '',
		cell.creditLimit ? 'credit limit' : '',
		cell.retried ? 'Retry button' : '',
		cell.atOnce === 1 ? 'one at a time' : '',
		cell.storeDown ? 'secret store down' : '',
		cell.validateOnly ? 'Validate Only' : '',
	]
		.filter((part) => part !== '')
		.join(', ');
