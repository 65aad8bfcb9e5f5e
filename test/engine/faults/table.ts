/**
 * What is expected of every cell of the fault matrix, written down by hand: the tests assert it and
 * docs/faults.md shows it. Nothing here is computed by the node's own code.
 */

/**
 * Who meets the fault: of three items, the calls of the first, since n8n tries again only where the
 * first item that comes out has failed; where a call serves all, all.
 */
export const CALLS = {
	list: 'list of apps',
	get_app: 'app definition',
	request_upload: 'request of upload addresses',
	put_upload: 'upload',
	run: 'start of a run',
	get_run: 'look at a run',
	file: 'download of a file',
} as const;
export type Call = keyof typeof CALLS;

export const FAULTS = {
	refused: 'connection refused',
	reset_before: 'reset before the request arrived',
	reset_after: 'reset after it was accepted',
	no_answer: 'accepted, but no answer',
	slow_body: 'slow body',
	truncated: 'truncated body',
	html_502: '502 as a web page',
	status_500: '500',
	status_503: '503',
	status_429: '429',
	status_429_after: '429 with Retry-After',
	status_401: '401 in the middle of the batch',
	wrong_shape: 'JSON of the wrong shape',
	redirect: 'redirect to another host',
} as const;
export type FaultName = keyof typeof FAULTS;

export const WAITS = { poll: 'polling', suspended: 'suspended' } as const;
export type Wait = keyof typeof WAITS;

export const MODES = {
	stop: 'Stop Workflow',
	continue: 'Continue',
	errorOutput: 'Continue (using error output)',
	retry: 'Stop Workflow, Retry On Fail (3 tries)',
	retryContinue: 'Continue, Retry On Fail (3 tries)',
	retryErrorOutput: 'Continue (using error output), Retry On Fail (3 tries)',
} as const;
export type Mode = keyof typeof MODES;

/** Whether the call is hit once, or each time that it is made. */
export const LASTS = { once: 'once', always: 'each time' } as const;
export type Last = keyof typeof LASTS;

/** What becomes of an item that meets a fault. */
export const OUTCOMES = {
	done: '**done**: the call is made again where it failed, and nobody notices',
	nothing: '**not started**: the item fails; there is no run, nothing was charged',
	unknown:
		'**unknown**: nobody knows whether a run was started and charged. It is never sent again, and the text says so',
	unread: '**unread**: a run was started, but its state cannot be read. The item fails with its id',
	noFiles:
		'**no files**: the run is completed, its files could not be had. The item fails with its id and the URLs',
	unfinished:
		'**unfinished**: at the end of _Max Wait_ the run comes out with its id and `timed_out: true`',
} as const;
export type Outcome = keyof typeof OUTCOMES;

type Row = Record<FaultName, Record<Last, Outcome>>;

const same = (outcome: Outcome): Record<Last, Outcome> => ({ once: outcome, always: outcome });
const passing = (outcome: Outcome): Record<Last, Outcome> => ({ once: 'done', always: outcome });

/** A call that is safe to send again, whose failure leaves an item with `outcome`. */
const repeatable = (outcome: Outcome): Row => ({
	refused: passing(outcome),
	reset_before: passing(outcome),
	reset_after: passing(outcome),
	no_answer: passing(outcome),
	slow_body: same('done'),
	truncated: passing(outcome),
	html_502: passing(outcome),
	status_500: passing(outcome),
	status_503: passing(outcome),
	status_429: passing(outcome),
	status_429_after: passing(outcome),
	status_401: same(outcome),
	wrong_shape: passing(outcome),
	redirect: same(outcome),
});

const POLL: Record<Call, Row> = {
	list: repeatable('nothing'),
	get_app: repeatable('nothing'),
	request_upload: repeatable('nothing'),
	put_upload: {
		...repeatable('nothing'),
		// What three addresses refuse goes inside the request; an answer's body is not read.
		status_401: same('done'),
		redirect: same('done'),
		wrong_shape: same('done'),
	},
	run: {
		refused: same('nothing'),
		reset_before: same('unknown'),
		reset_after: same('unknown'),
		no_answer: same('unknown'),
		slow_body: same('done'),
		truncated: same('unknown'),
		html_502: same('unknown'),
		status_500: same('unknown'),
		status_503: passing('nothing'),
		status_429: passing('nothing'),
		status_429_after: passing('nothing'),
		status_401: same('nothing'),
		wrong_shape: same('unknown'),
		redirect: same('nothing'),
	},
	get_run: repeatable('unread'),
	file: {
		...repeatable('noFiles'),
		// A download may be redirected.
		redirect: same('done'),
	},
};

/** Suspended, a look that fails is followed by others until the end of Max Wait. */
const looksWhileSuspended: Row = {
	...repeatable('unfinished'),
	status_401: passing('unfinished'),
	redirect: passing('unfinished'),
};

export const TABLE: Record<Wait, Partial<Record<Call, Row>>> = {
	poll: POLL,
	// Only App → Run waits; the list of apps is not part of it.
	suspended: {
		get_app: POLL.get_app,
		request_upload: POLL.request_upload,
		put_upload: POLL.put_upload,
		run: POLL.run,
		get_run: looksWhileSuspended,
		file: POLL.file,
	},
};

/** What a further try of Retry On Fail makes of an outcome whose cause has passed. */
export const NEXT_TRY: Record<Outcome, Outcome> = {
	done: 'done',
	nothing: 'done',
	unknown: 'unknown',
	unread: 'done',
	noFiles: 'done',
	unfinished: 'unfinished',
};

/** Calls made before any run is started: under Stop Workflow, one that fails keeps all from starting. */
export const BEFORE_ALL_RUNS: readonly Call[] = ['get_app', 'request_upload', 'put_upload'];

/** Calls that are made once the execution was parked: n8n cannot stop or retry it any more. */
export const AFTER_THE_PARK: readonly Call[] = ['get_run', 'file'];

/** Which items a fault concerns, of three; the others are not to notice. */
export const concerned = (call: Call, fault: FaultName, wait: Wait): number[] => {
	if (call === 'list') return [0];
	if (call === 'request_upload') return [0, 1, 2];
	// A refused key ends the looks at all runs: the next one would be refused too.
	if (call === 'get_run' && fault === 'status_401' && wait === 'poll') return [0, 1, 2];
	return [0];
};

/** The faults of a submission behind which a run was really started. */
export const STARTED_ALL_THE_SAME: readonly FaultName[] = [
	'reset_after',
	'no_answer',
	'truncated',
	'wrong_shape',
];

/** What the user is told of each fault of an API call. */
export const REASONS: Record<FaultName, string> = {
	refused: 'Magnific could not be reached: the connection was refused',
	reset_before: 'The connection to Magnific broke off before it answered',
	reset_after: 'The connection to Magnific broke off before it answered',
	no_answer: 'Magnific did not answer in time',
	slow_body: '',
	truncated: 'The connection to Magnific broke off before it answered',
	html_502: 'Magnific could not handle the request (502)',
	status_500: 'Magnific could not handle the request (500)',
	status_503: 'Magnific is not available at the moment (503)',
	status_429: 'Magnific asks to slow down (429)',
	status_429_after: 'Magnific asks to slow down (429)',
	status_401: 'Magnific refused the API key',
	wrong_shape: 'Magnific’s answer is not as documented',
	redirect: 'The base URL answered with a redirect (302)',
};

const STATUS: Partial<Record<FaultName, number>> = {
	html_502: 502,
	status_500: 500,
	status_503: 503,
	status_429: 429,
	status_429_after: 429,
	status_401: 401,
};

/** What the user is told of a fault; of files, whose addresses are not the API's, in other words. */
export const reasonOf = (call: Call, fault: FaultName): string => {
	const status = STATUS[fault];
	if (status === undefined || (call !== 'put_upload' && call !== 'file')) return REASONS[fault];
	return `was refused (${String(status)})`;
};

/** What an outcome is told as, before the reason. */
export const TOLD_AS: Record<Outcome, string> = {
	done: '',
	nothing: '',
	unknown: 'The run may have started and been charged, but its id is not known: ',
	unread: 'was started, but its state could not be read: ',
	noFiles: 'is completed, but its files could not be downloaded: ',
	unfinished: '',
};

export interface Cell {
	call: Call;
	fault: FaultName;
	last: Last;
	wait: Wait;
	mode: Mode;
}

export interface Expectation {
	outcome: Outcome;
	/** The workflow stops with an error, which lists the ids of all runs that were started. */
	stops: boolean;
	concerned: number[];
	/** How many runs Magnific starts and charges. */
	runs: number;
	/** How often the run of the first item is asked for; undefined: as often as it takes. */
	submissions: number | undefined;
}

const TRIES_AGAIN: ReadonlySet<Mode> = new Set(['retry', 'retryContinue', 'retryErrorOutput']);

/** The modes in which failed items leave by an output of their own. */
export const BY_ERROR_OUTPUT: ReadonlySet<Mode> = new Set(['errorOutput', 'retryErrorOutput']);

/** What the table says of a cell. */
export const expectationOf = ({ call, fault, last, wait, mode }: Cell): Expectation => {
	const row = TABLE[wait][call];
	if (!row) throw new Error(`The table has no ${call} for ${wait}`);
	const isAfterPark = wait === 'suspended' && AFTER_THE_PARK.includes(call);
	const first = row[fault][last];
	const outcome =
		TRIES_AGAIN.has(mode) && last === 'once' && !isAfterPark ? NEXT_TRY[first] : first;
	const canStop = (mode === 'stop' || mode === 'retry') && !isAfterPark;
	const stops = canStop && outcome !== 'done' && outcome !== 'unfinished';
	const items = concerned(call, fault, wait);
	const base = { outcome, stops, concerned: items, submissions: undefined };
	if (call === 'list') return { ...base, runs: 0 };
	if (outcome === 'nothing') {
		const keepsAll = stops && BEFORE_ALL_RUNS.includes(call);
		return { ...base, runs: keepsAll ? 0 : 3 - items.length };
	}
	if (outcome === 'unknown') {
		return { ...base, runs: STARTED_ALL_THE_SAME.includes(fault) ? 3 : 2, submissions: 1 };
	}
	return { ...base, runs: 3 };
};

const keysOf = <K extends string>(record: Partial<Record<K, unknown>>, all: readonly K[]): K[] =>
	all.filter((key) => key in record);

export const ALL = {
	calls: ['list', 'get_app', 'request_upload', 'put_upload', 'run', 'get_run', 'file'],
	faults: [
		'refused',
		'reset_before',
		'reset_after',
		'no_answer',
		'slow_body',
		'truncated',
		'html_502',
		'status_500',
		'status_503',
		'status_429',
		'status_429_after',
		'status_401',
		'wrong_shape',
		'redirect',
	],
	lasts: ['once', 'always'],
	waits: ['poll', 'suspended'],
	modes: ['stop', 'continue', 'errorOutput', 'retry', 'retryContinue', 'retryErrorOutput'],
} satisfies {
	calls: Call[];
	faults: FaultName[];
	lasts: Last[];
	waits: Wait[];
	modes: Mode[];
};

/** The cells of some ways to wait and to go on after errors, call by call. */
export const cellsOf = (waits: readonly Wait[], modes: readonly Mode[]): Cell[] =>
	waits.flatMap((wait) =>
		keysOf(TABLE[wait], ALL.calls).flatMap((call) =>
			ALL.faults.flatMap((fault) =>
				ALL.lasts.flatMap((last) => modes.map((mode) => ({ call, fault, last, wait, mode }))),
			),
		),
	);
