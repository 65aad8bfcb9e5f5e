import type { INodeProperties } from 'n8n-workflow';
import { appLocator } from './app';
import { maxWaitOption, onPartialOption, onTimeoutOption, outputOptions } from './output';

const show = { resource: ['app'], operation: ['run'] };

/** The same option, shown only while these ways to wait are not chosen: it has no effect there. */
const notWith = (ways: string[], option: INodeProperties): INodeProperties => ({
	...option,
	displayOptions: { hide: { '/wait': ways } },
});

const byName = (a: INodeProperties, b: INodeProperties): number =>
	a.displayName.localeCompare(b.displayName);

const runOptions: INodeProperties[] = [
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
	notWith(['none', 'webhook'], {
		displayName: 'Max Concurrent Runs',
		name: 'maxConcurrentRuns',
		type: 'number',
		default: 0,
		typeOptions: { minValue: 0 },
		description:
			'How many runs may be going at once. 0 means as many as the requests per minute of the credential let through.',
	}),
	...[...outputOptions, maxWaitOption, onPartialOption].map((option) => notWith(['none'], option)),
	notWith(['none', 'webhook'], onTimeoutOption),
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
	{
		displayName: 'Notify Trigger Name or ID',
		name: 'notifyTrigger',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getTriggers' },
		default: '',
		displayOptions: { show: { '/wait': ['none'] } },
		description:
			'A published workflow that starts with a Magnific Trigger and is told when the run ends. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Validate Only',
		name: 'validateOnly',
		type: 'boolean',
		// Who adds it wants to pay nothing; switched off at first, it would be found out by paying.
		default: true,
		description:
			'Whether to only check the inputs of all items and report what they would cost. Nothing is started or uploaded.',
	},
];

export const appRunProperties: INodeProperties[] = [
	appLocator(['run']),
	{
		displayName: 'Input Mode',
		name: 'inputMode',
		type: 'options',
		displayOptions: { show },
		options: [
			{ name: 'Fields', value: 'fields', description: 'One field for each input of the app' },
			{
				name: 'JSON',
				value: 'json',
				description: 'All inputs in one object, also for an app that is chosen by an expression',
			},
		],
		default: 'fields',
		hint: 'For an image, video or audio: the name of a binary field (e.g. data), a URL, base64 or a creation ID',
		description: 'How to enter the inputs of the app',
	},
	{
		displayName: 'Inputs',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		required: true,
		displayOptions: { show: { ...show, inputMode: ['fields'] }, hide: { app: [''] } },
		typeOptions: {
			loadOptionsDependsOn: ['app.value'],
			resourceMapper: {
				resourceMapperMethod: 'getAppInputs',
				mode: 'add',
				fieldWords: { singular: 'input', plural: 'inputs' },
				addAllFields: true,
				multiKeyMatch: false,
				supportAutoMap: true,
				valuesLabel: 'Inputs',
				// Where there are no fields, the notice says why; n8n would call it an alarm.
				hideNoDataError: true,
				refreshStaleSchemaOnOpen: true,
			},
		},
		description:
			'The inputs of the app. For an image, a video or an audio file enter the name of a binary field, a URL, base64 or the ID of a creation.',
	},
	{
		displayName: 'Inputs (JSON)',
		name: 'inputsJson',
		type: 'json',
		default: '{}',
		typeOptions: { rows: 6 },
		displayOptions: { show: { ...show, inputMode: ['json'] } },
		hint: 'Keys are the labels, api_keys or IDs of the app’s inputs, e.g. { "Prompt": "a red car" }. App → Get lists them.',
		description: 'The inputs of the app as a JSON object',
	},
	{
		displayName: 'Wait',
		name: 'wait',
		type: 'options',
		displayOptions: { show },
		options: [
			{
				name: 'Until Finished, Polling',
				value: 'poll',
				description: 'The execution goes on when all runs are over; works everywhere',
			},
			{
				name: 'Until Finished, Suspended',
				value: 'webhook',
				description:
					'The execution is suspended and holds nothing until Magnific calls back; for long runs and large batches',
			},
			{
				name: 'Do Not Wait',
				value: 'none',
				description: 'Outputs the run IDs at once, for Run → Wait or another workflow',
			},
		],
		default: 'poll',
		description: 'Whether to wait for the results of the runs, and how',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show },
		options: runOptions.toSorted(byName),
	},
];
