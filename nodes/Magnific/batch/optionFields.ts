import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { choice, fieldsOf, flag, number, shaped, text, type Option } from './option';
import { readMetadataOption } from './metadataOption';
import { readReuseKey } from './reuseKeyOption';

/** How a run comes out: shared by all operations that give runs. */
export const output = {
	downloadFiles: flag({
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		default: false,
		description:
			'Whether to put the generated files into binary data. Their URLs, which expire after 12 hours, are in the output either way.',
	}),
	maxFileSize: number(
		{
			displayName: 'Max File Size (MB)',
			name: 'maxFileSize',
			type: 'number',
			default: 0,
			noDataExpression: true,
			typeOptions: { minValue: 0 },
			description:
				'Largest file that Download Files takes; a larger one is not downloaded, and its item fails with the run ID and the URLs. 0 means no limit.',
		},
		0,
	),
	outputPer: choice({
		displayName: 'Output Per',
		name: 'outputPer',
		type: 'options',
		options: [
			{ name: 'File', value: 'file', description: 'One item for each generated file' },
			{ name: 'Run', value: 'run', description: 'One item for each run, with all its files' },
		],
		default: 'run',
		description: 'What becomes an item of the output',
	}),
	binaryField: text(
		{
			displayName: 'Put Files in Field',
			name: 'binaryField',
			type: 'string',
			default: 'data',
			placeholder: 'e.g. data',
			description:
				'Name of the binary field of the first downloaded file; further files of the same item get _1, _2 and so on',
		},
		{ unset: 'data' },
	),
};

/** Hides a field where n8n serves the node to an agent. */
export const NOT_FOR_TOOL = { '@tool': [true] };

/** The field, hidden where n8n serves the node to an agent. */
export const notForTool = (field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: {
		...field.displayOptions,
		hide: { ...field.displayOptions?.hide, ...NOT_FOR_TOOL },
	},
});

/** An agent always gets URLs. */
const { outputPer, ...ofFiles } = output;

/** The fields of the output options, sorted. */
export const outputOptions = fieldsOf(output);

/** The same for a node that may be a tool. */
const runOutputOptions: INodeProperties[] = [...fieldsOf(ofFiles).map(notForTool), outputPer.field];

const DEFAULT_MAX_WAIT_MIN = 30;
/** Some 1,900 years: what is longer ends after the last date that there is. */
const LONGEST_WAIT_MIN = 1e9;

export const maxWait = number(
	{
		displayName: 'Max Wait (Minutes)',
		name: 'maxWait',
		type: 'number',
		default: DEFAULT_MAX_WAIT_MIN,
		typeOptions: { minValue: 0 },
		description:
			'How long to wait for a run at most, counted from its own start; suspended, from the start of the last one',
	},
	DEFAULT_MAX_WAIT_MIN,
	{ above: 0, max: LONGEST_WAIT_MIN },
);

export const onPartial = choice({
	displayName: 'On Partial Result',
	name: 'onPartial',
	type: 'options',
	options: [
		{
			name: 'Output What Was Made',
			value: 'output',
			description: 'The item succeeds with the status completed_with_errors',
		},
		{ name: 'Treat as Failed', value: 'error', description: 'The item fails' },
	],
	default: 'output',
	description: 'What to do with a run of which only some steps succeeded',
});

export const onTimeout = choice({
	displayName: 'On Timeout',
	name: 'onTimeout',
	type: 'options',
	options: [
		{
			name: 'Output Unfinished Runs',
			value: 'output',
			description: 'The item comes out with its run_id and timed_out: true, for Run → Wait',
		},
		{ name: 'Treat as Failed', value: 'error', description: 'The item fails, with its run ID' },
	],
	default: 'error',
	description: 'What to do with a run that is not over after Max Wait. It goes on at Magnific.',
});

export const creditLimit = number(
	{
		displayName: 'Credit Limit',
		name: 'creditLimit',
		type: 'number',
		default: '',
		placeholder: 'e.g. 500',
		typeOptions: { minValue: 0 },
		description:
			'The most that the runs of all items may cost together. If they would cost more, or a cost is unknown, nothing is started. In a loop each round has the whole limit.',
	},
	null,
);

export const maxConcurrentRuns = number(
	{
		displayName: 'Max Concurrent Runs',
		name: 'maxConcurrentRuns',
		type: 'number',
		default: 0,
		typeOptions: { minValue: 0 },
		description:
			'How many runs may be going at once. 0 means as many as the requests per minute of the credential let through.',
	},
	0,
	{ isWhole: true },
);

export const metadata = shaped(
	{
		displayName: 'Metadata',
		name: 'metadata',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add value',
		default: {},
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. sku',
						description: 'Under which name it comes back',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. {{ $json.sku }}',
						description: 'What comes back',
					},
				],
			},
		],
		description:
			'Values of your own that come back as metadata with the run, also from the Magnific Trigger. A trigger gets them in its URL: keep them short and free of secrets.',
	},
	{},
	'a name for each of its values',
	readMetadataOption,
);

export const notifyTrigger = text({
	displayName: 'Notify Trigger Name or ID',
	name: 'notifyTrigger',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getTriggers' },
	default: '',
	displayOptions: { show: { '/wait': ['none'] } },
	description:
		'A published workflow that starts with a Magnific Trigger and is told when the run ends. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
});

export const reuseRuns = number(
	{
		displayName: 'Reuse Runs (Hours)',
		name: 'reuseRuns',
		type: 'number',
		default: 12,
		typeOptions: { minValue: 0 },
		description:
			'Take up a run that this node has started for the same thing within so many hours, in this execution or an earlier one, instead of starting and paying for another. 0 means no reuse.',
	},
	null,
);

export const reuseKey = shaped(
	{
		displayName: 'Reuse Key',
		name: 'reuseKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.sku }}',
		description:
			'What the same thing is for Reuse Runs: items with the same key share a run, whatever their inputs. Empty means the app with the same inputs, and files with the same content.',
	},
	null,
	'a text, as an expression gives it for each item',
	readReuseKey,
);

export const validateOnly = flag({
	displayName: 'Validate Only',
	name: 'validateOnly',
	type: 'boolean',
	// Who adds it wants to pay nothing; switched off at first, it would be found out by paying.
	default: true,
	description:
		'Whether to only check the inputs of all items and report what they would cost. Nothing is started or uploaded.',
});

/** The same field, shown only while these ways to wait are not chosen: it has no effect there. */
const notWith = (ways: string[], field: INodeProperties): INodeProperties => ({
	...field,
	displayOptions: { hide: { '/wait': ways, ...field.displayOptions?.hide } },
});

/** By their names, as n8n wants them. */
export const sorted = (options: INodeProperties[]): INodeProperties[] =>
	options.toSorted((a, b) => a.displayName.localeCompare(b.displayName));

/** The options of App → Run, sorted. */
export const appRunOptions: INodeProperties[] = sorted([
	creditLimit.field,
	notForTool(notWith(['none'], maxConcurrentRuns.field)),
	...[...runOutputOptions, maxWait.field, onPartial.field].map((field) => notWith(['none'], field)),
	notWith(['none', 'webhook'], onTimeout.field),
	metadata.field,
	notifyTrigger.field,
	reuseKey.field,
	reuseRuns.field,
	validateOnly.field,
]);

/** The options of Run → Get, sorted. */
export const runGetOptions: INodeProperties[] = sorted(runOutputOptions);

/** The options of Run → Wait, sorted. */
export const runWaitOptions: INodeProperties[] = sorted([
	...runOutputOptions,
	maxWait.field,
	onPartial.field,
	onTimeout.field,
]);

/** The `options` of an operation. */
export const optionsField = (options: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options,
});

/** How an operation waits for runs that go on; polling is its default. */
export const waitOption = <const V extends string>(
	description: string,
	otherWays: Array<INodePropertyOptions & { value: V }>,
): Option<V | 'poll'> =>
	choice<V | 'poll'>({
		displayName: 'Wait',
		name: 'wait',
		type: 'options',
		options: [
			{
				name: 'Until Finished, Polling',
				value: 'poll',
				description: 'The execution goes on when all runs are over; works everywhere',
			},
			...otherWays,
		],
		default: 'poll',
		displayOptions: { hide: NOT_FOR_TOOL },
		description,
	});
