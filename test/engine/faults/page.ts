import {
	ALL,
	CALLS,
	cellsOf,
	FAULTS,
	MODES,
	NEXT_TRY,
	OUTCOMES,
	reasonOf,
	STARTED_ALL_THE_SAME,
	TABLE,
	TOLD_AS,
	WAITS,
	type Call,
	type FaultName,
	type Outcome,
	type Wait,
} from './table';

/** The settings under which n8n tries again. */
const RETRIED = ['retry', 'retryContinue', 'retryErrorOutput'] as const;

const NAMES: Record<Outcome, string> = {
	done: 'done',
	nothing: 'not started',
	unknown: 'unknown',
	unread: 'unread',
	noFiles: 'no files',
	unfinished: 'unfinished',
};

const tableOf = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string => {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};

const cell = (wait: Wait, call: Call, fault: FaultName): string => {
	const row = TABLE[wait][call]?.[fault];
	if (!row) return '';
	const { once, always } = row;
	return once === always ? NAMES[once] : `${NAMES[once]} / ${NAMES[always]}`;
};

const matrix = (wait: Wait, calls: readonly Call[]): string =>
	tableOf(
		['What happens to the call', ...calls.map((call) => CALLS[call])],
		ALL.faults.map((fault) => [FAULTS[fault], ...calls.map((call) => cell(wait, call, fault))]),
	);

const callsOf = (wait: Wait): Call[] => ALL.calls.filter((call) => call in TABLE[wait]);

/** The faults that are told in the same words, by these words. */
const byReason = (call: Call): Array<readonly [string, FaultName[]]> => {
	const reasons = [...new Set(ALL.faults.map((fault) => reasonOf(call, fault)))];
	return reasons
		.filter((reason) => reason !== '')
		.map((reason) => [reason, ALL.faults.filter((fault) => reasonOf(call, fault) === reason)]);
};

const texts = tableOf(
	['The text says', 'after'],
	[
		...byReason('run').map(([reason, faults]) => [
			reason,
			faults.map((fault) => FAULTS[fault]).join(', '),
		]),
		['… was refused (with the status)', 'any status, of an upload or a download'],
	],
);

const WHERE: ReadonlyArray<readonly [string, string, string]> = [
	[
		'**done**',
		'The item comes out as usual.',
		'`run_id` of the item. One run per item, also where a call was made again.',
	],
	[
		'**not started**',
		'_Stop Workflow_: an error that names the item. If it was met before the runs are started (app definition, uploads), no run is started, for no item. Else the item `{ error, message, details }`; the other items go on.',
		'No run. `details.run_id` is null, `details.status` is `not_started`. The runs of the other items: in the error’s description, or in their items.',
	],
	[
		'**unknown**',
		`The text begins with “${TOLD_AS.unknown.replace(/: $/, '')}”. One submission was sent, and no further one, by _Retry On Fail_ neither.`,
		`Nowhere: Magnific did not tell it. \`details.status\` is \`unknown\`. \`details.sent_at\` tells when it was sent: [find it](recovery.md#a-lost-run). A run was really started after: ${STARTED_ALL_THE_SAME.map((fault) => FAULTS[fault]).join(', ')}.`,
	],
	[
		'**unread**',
		`The error, or the item’s \`error\`, says “Run … ${TOLD_AS.unread.replace(/: $/, '')}”.`,
		'`details.run_id`, and the text itself; with _Stop Workflow_ the ids of all runs stand in the error’s description and in its `context.runs`.',
	],
	[
		'**no files**',
		`The error, or the item’s \`error\`, says “Run … ${TOLD_AS.noFiles.replace(/: $/, '')}”. A suspended execution cannot be stopped by it any more: the item comes out with \`error\`.`,
		'`details.run_id`, with the URLs in `details.result`.',
	],
	['**unfinished**', 'The item comes out with `timed_out: true`.', '`run_id` of the item.'],
];

const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** docs/faults.md, as the table of expectations has it. */
export const faultsPage = (): string => `# What happens when something goes wrong

This page is written by the tests (\`test/engine/faults/table.ts\`), which assert all of it: each combination below is run on n8n’s engine against the local Magnific, ${count(cellsOf(ALL.waits, ALL.modes).length)} in all, by \`npm run test:soak\`; a part of them by \`npm test\`.

A batch of three items with a picture each goes through an app. One call of the first item meets the fault, once or each time that it is made (“once / each time” where that makes a difference). The request of upload addresses is made for all three items together. The other items are not to notice, with one exception: a key that is refused while runs are polled ends the looks at all of them, and all come out as _unread_, with their ids.

In every combination: no run is started twice, the id of every run that Magnific told is found where the last table says, _Run → Wait_ picks all of these runs up, the API key is sent to no other host and stands in nothing that n8n stores.

${ALL.waits
	.map((wait) => `## Until Finished, ${WAITS[wait]}\n\n${matrix(wait, callsOf(wait))}`)
	.join('\n\n')}

What these mean:

${Object.values(OUTCOMES)
	.map((text) => `- ${text}.`)
	.join('\n')}

Each repeated upload takes a fresh address; one that is refused three times is not tried again: a small file goes inside the request. A download follows redirects to other hosts, without the key; a page or JSON in place of a picture, video or sound is not stored.

## On Error

| The node’s setting | What becomes of an item that fails |
| --- | --- |
| ${MODES.stop} | The workflow stops with an error whose description lists the id and status of every run that was started, finished ones too. |
| ${MODES.continue} | It comes out at its place, as \`{ error, message, details }\`. |
| ${MODES.errorOutput} | It leaves by the error output, as the same. |

With _Retry On Fail_ a try goes on with the runs of the tries before it, and starts only what is certain not to run. n8n tries again where it stops, and under _Continue_ where the first item that comes out has failed. Where the trouble has passed by then:

${tableOf(['', ...RETRIED.map((mode) => MODES[mode])], afterNextTry())}

An execution that was suspended can neither be stopped nor tried again: what fails after that (a look, a download) comes out as an item, whatever the setting.

## What you see, and where the run ids are

${tableOf(['', 'What you see', 'Where the run id is'], WHERE)}

${texts}

How to pick runs up again: [recovery.md](recovery.md).
`;

/** What each outcome is after a further try, by mode. */
function afterNextTry(): string[][] {
	const outcomes: Outcome[] = ['nothing', 'unread', 'noFiles', 'unknown'];
	return outcomes.map((outcome) => [
		NAMES[outcome],
		...RETRIED.map(() => NAMES[NEXT_TRY[outcome]]),
	]);
}
