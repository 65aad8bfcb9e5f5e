import type { INodeProperties } from 'n8n-workflow';
import { maxWaitOption, onPartialOption, onTimeoutOption, outputOptions } from './output';

export const runProperties: INodeProperties[] = [
	{
		displayName: 'Run ID',
		name: 'runId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. vCrK3Aa47y',
		displayOptions: { show: { resource: ['run'], operation: ['get', 'wait'] } },
		description: 'The run_id that App → Run gave, or that its message named',
	},
];

export const runGetProperties: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { resource: ['run'], operation: ['get'] } },
		options: outputOptions,
	},
];

export const runWaitProperties: INodeProperties[] = [
	{
		displayName: 'Wait',
		name: 'wait',
		type: 'options',
		displayOptions: { show: { resource: ['run'], operation: ['wait'] } },
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
					'The execution is suspended and looks at the runs from time to time: these runs cannot call it back',
			},
		],
		default: 'poll',
		description: 'How to wait for the results of the runs',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { resource: ['run'], operation: ['wait'] } },
		options: [...outputOptions, maxWaitOption, onPartialOption, onTimeoutOption].sort((a, b) =>
			a.displayName.localeCompare(b.displayName),
		),
	},
];
