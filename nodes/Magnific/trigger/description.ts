import type { INodeProperties } from 'n8n-workflow';
import { flag } from '../batch/option';
import { outputOptions, sorted } from '../batch/optionFields';
import { perFile, type Output } from '../batch/output';
import { runShape, startedShape, withMetadata } from '../runs/outputShape';
import { optional, text, type Shape } from '../runs/shape';

/** Read by its own reader, as every option of the node is: a text such as `TRUE` is understood. */
export const allowDuplicates = flag({
	displayName: 'Allow Duplicates',
	name: 'allowDuplicates',
	type: 'boolean',
	default: false,
	description:
		'Whether a delivery that was received before starts the workflow again. Magnific may deliver twice.',
});

export const onlyOwn = flag({
	displayName: 'Only Own Runs',
	name: 'onlyOwn',
	type: 'boolean',
	default: false,
	description:
		'Whether only runs start the workflow that App → Run started with this API key and with Metadata. Others are answered, and start nothing.',
});

/** What the trigger adds to a run. */
const ofEvent = (shape: Shape): Shape => ({
	...withMetadata(shape),
	event: text,
	metadata_dropped: optional(text),
	files_missing: optional(text),
});

/** What the trigger puts out. */
export const triggerOutput: Output = {
	usual: ofEvent(runShape),
	instead: [
		{ ...perFile, shape: ofEvent(perFile.shape) },
		{ when: 'For the event started', shape: ofEvent(startedShape) },
	],
};

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'A run tells this trigger of its end if <b>App → Run</b> was given the trigger’s URL: set its Wait to “Do Not Wait” and choose this workflow in its option Notify Trigger. This workflow must be published (in n8n 1: active).',
		name: 'howToNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: [
			{
				name: 'Cancelled',
				value: 'cancelled',
				description: 'The run was cancelled',
				action: 'On run cancelled',
			},
			{
				name: 'Completed',
				value: 'completed',
				description: 'The run has made all its results',
				action: 'On run completed',
			},
			{
				name: 'Completed With Errors',
				value: 'completedWithErrors',
				description: 'Only some steps of the run succeeded; there is a partial result',
				action: 'On run completed with errors',
			},
			{
				name: 'Failed',
				value: 'failed',
				description: 'The run has ended without a result',
				action: 'On run failed',
			},
			{
				name: 'Started',
				value: 'started',
				description: 'The run was accepted and has started',
				action: 'On run started',
			},
		],
		default: ['completed', 'completedWithErrors', 'failed'],
		description: 'Which events start the workflow',
	},
	{
		displayName: 'App Names or IDs',
		name: 'apps',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getApps' },
		default: [],
		description:
			'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'Only runs of these apps (flows) start the workflow. Leave it empty for runs of any app.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: sorted([allowDuplicates.field, onlyOwn.field, ...outputOptions]),
	},
];
