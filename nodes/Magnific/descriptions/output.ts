import type { INodeProperties } from 'n8n-workflow';

/** How a run comes out: shared by all operations that give runs. */
export const outputOptions: INodeProperties[] = [
	{
		displayName: 'Download Files',
		name: 'downloadFiles',
		type: 'boolean',
		default: false,
		description:
			'Whether to put the generated files into binary data. Their URLs, which expire after 12 hours, are in the output either way.',
	},
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
	{
		displayName: 'Output Per',
		name: 'outputPer',
		type: 'options',
		options: [
			{ name: 'File', value: 'file', description: 'One item for each generated file' },
			{ name: 'Run', value: 'run', description: 'One item for each run, with all its files' },
		],
		default: 'run',
		description: 'What becomes an item of the output',
	},
	{
		displayName: 'Put Files in Field',
		name: 'binaryField',
		type: 'string',
		default: 'data',
		placeholder: 'e.g. data',
		description:
			'Name of the binary field of the first downloaded file; further files of the same item get _1, _2 and so on',
	},
];

export const maxWaitOption: INodeProperties = {
	displayName: 'Max Wait (Minutes)',
	name: 'maxWait',
	type: 'number',
	default: 30,
	typeOptions: { minValue: 0 },
	description:
		'How long to wait for a run at most, counted from its own start; suspended, from the suspension',
};

export const onPartialOption: INodeProperties = {
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
};

export const onTimeoutOption: INodeProperties = {
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
};
