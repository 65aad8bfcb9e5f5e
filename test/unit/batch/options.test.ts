import type { IExecuteFunctions } from 'n8n-workflow';
import {
	isAgentTool,
	readBatchOptions,
	readItemOptions,
	readItemOutput,
	readOutputOptions,
	readParameter,
	readWaitOptions,
} from '../../../nodes/Magnific/batch/options';
import { notForTool, waitOption } from '../../../nodes/Magnific/batch/optionFields';
import { flag, type Option } from '../../../nodes/Magnific/batch/option';
import { nodeContext, type GivenNode } from '../support/nodeContext';
import { batchOf } from '../support/batch';

const wait = waitOption('How to wait', [
	{ name: 'Do Not Wait', value: 'none' as const },
	{ name: 'Until Finished, Suspended', value: 'webhook' as const },
]);

const withOptions = (
	options: Record<string, unknown>,
	given: Omit<GivenNode, 'parameters'> = {},
): IExecuteFunctions => nodeContext({ ...given, parameters: { options } }).context;

const unresolvable = (): never => {
	throw new Error('no such node');
};

const DEFAULTS = {
	outputPer: 'run',
	downloadFiles: false,
	maxFileSize: 0,
	binaryField: 'data',
};

const throwing = (reason: unknown) => (): never => {
	throw reason;
};

describe('the options of an item', () => {
	it('are the defaults where none is set', () => {
		const expected = {
			...DEFAULTS,
			onTimeout: 'error',
			onPartial: 'output',
			metadata: {},
			notifyTrigger: '',
		};
		expect(readItemOptions(nodeContext().context, 0)).toEqual(expected);
		expect(readItemOptions(nodeContext({ parameters: { options: null } }).context, 0)).toEqual(
			expected,
		);
	});

	it('are each read by its own kind', () => {
		const options = {
			outputPer: 'File',
			downloadFiles: 'yes',
			maxFileSize: '2.5',
			binaryField: ' photo ',
			onTimeout: 'Output Unfinished Runs',
			onPartial: 'treat as failed',
			metadata: { values: [{ name: 'sku', value: 7 }] },
			notifyTrigger: 'https://n8n.example/webhook/1',
		};
		expect(readItemOptions(withOptions(options), 0)).toEqual({
			outputPer: 'file',
			downloadFiles: true,
			maxFileSize: 2.5,
			binaryField: 'photo',
			onTimeout: 'output',
			onPartial: 'error',
			metadata: { sku: '7' },
			notifyTrigger: 'https://n8n.example/webhook/1',
		});
	});

	it('come from expressions for each item by itself', () => {
		const context = withOptions(
			{ binaryField: '=$json.field' },
			{ resolve: (expression, itemIndex) => `${expression} of ${String(itemIndex)}` },
		);
		expect([0, 1].map((itemIndex) => readItemOutput(context, itemIndex).binaryField)).toEqual([
			'$json.field of 0',
			'$json.field of 1',
		]);
	});

	it('are refused by name where an expression cannot be resolved, or gives nothing', () => {
		const broken = withOptions({ binaryField: '=$json.field' }, { resolve: unresolvable });
		expect(() => readItemOutput(broken, 0)).toThrow(
			'Put Files in Field could not be read: no such node',
		);
		const nothing = withOptions({ downloadFiles: '=$json.no' }, { resolve: () => undefined });
		expect(() => readItemOutput(nothing, 0)).toThrow(
			'Download Files needs true or false, but its expression gives nothing',
		);
		const noError = withOptions(
			{ binaryField: '=$json.field' },
			{
				// So does n8n's sandbox.
				resolve: throwing('a text'),
			},
		);
		expect(() => readItemOutput(noError, 0)).toThrow(
			'Put Files in Field could not be read: a text',
		);
	});

	it('that are values left empty are not set', () => {
		expect(readItemOutput(withOptions({ maxFileSize: '' }), 0).maxFileSize).toBe(0);
	});

	it('never download for an agent, in whatever way n8n says that it is one', () => {
		const options = { downloadFiles: true, outputPer: 'file' };
		const contexts = [
			withOptions(options),
			withOptions(options, { more: { isToolExecution: () => false } }),
			withOptions(options, { more: { isToolExecution: () => true } }),
			withOptions(options, { type: 'n8n-nodes-magnific.magnificTool' }),
		];
		expect(contexts.map(isAgentTool)).toEqual([false, false, true, true]);
		expect(contexts.map((context) => readItemOutput(context, 0))).toEqual(
			[true, true, false, false].map((downloadFiles) => ({
				...DEFAULTS,
				outputPer: 'file',
				downloadFiles,
			})),
		);
	});
});

describe('options as n8n has resolved them', () => {
	it('are the defaults where none is set, and else what they say', () => {
		expect([undefined, null, 'x', {}].map(readOutputOptions)).toEqual([
			DEFAULTS,
			DEFAULTS,
			DEFAULTS,
			DEFAULTS,
		]);
		expect(readOutputOptions({ outputPer: 'file', maxFileSize: '' })).toEqual({
			...DEFAULTS,
			outputPer: 'file',
		});
	});

	it('are refused where they say nothing that is understood', () => {
		expect(() => readOutputOptions({ downloadFiles: '' })).toThrow(
			'Download Files needs true or false, but it is empty',
		);
	});
});

describe('a parameter', () => {
	const option = flag({
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
	});

	it('is read where it is stored, and else as its default', () => {
		expect(
			readParameter(nodeContext({ parameters: { returnAll: 'TRUE' } }).context, option, 0),
		).toBe(true);
		expect(readParameter(nodeContext().context, option, 0)).toBe(false);
	});
});

describe('the options of the execution', () => {
	it('are the defaults where none is set', async () => {
		const { context } = nodeContext();
		expect(readBatchOptions(context, await batchOf(context), [0], wait)).toEqual({
			wait: 'poll',
			maxWaitMin: 30,
			maxConcurrentRuns: 0,
			creditLimit: null,
			reuseRuns: null,
			validateOnly: false,
		});
	});

	it('are each read by its own kind, also as a text', async () => {
		const { context } = nodeContext({
			parameters: {
				wait: 'Do Not Wait',
				options: {
					maxWait: '5',
					maxConcurrentRuns: '2',
					creditLimit: '10',
					reuseRuns: 12,
					validateOnly: 'TRUE',
				},
			},
		});
		expect(readBatchOptions(context, await batchOf(context), [0], wait)).toEqual({
			wait: 'none',
			maxWaitMin: 5,
			maxConcurrentRuns: 2,
			creditLimit: 10,
			reuseRuns: 12,
			validateOnly: true,
		});
	});

	it.each([
		[0, 'more than 0 is needed'],
		[-5, 'more than 0 is needed'],
		[1e10, '1000000000 is the most'],
		['10 min', 'needs a number'],
	])('have no Max Wait of %j', async (maxWait, why) => {
		const context = withOptions({ maxWait });
		const batch = await batchOf(context);
		expect(readBatchOptions(context, batch, [0], wait)).toBeUndefined();
		expect(JSON.stringify([...batch.results])).toContain(why);
	});

	it('are those of the first item that can be read: those before it have failed', async () => {
		const context = withOptions(
			{ maxWait: '=$json.wait' },
			{
				resolve: (_, itemIndex) => {
					if (itemIndex === 0) return unresolvable();
					return itemIndex * 10;
				},
			},
		);
		const batch = await batchOf(context);
		expect(readBatchOptions(context, batch, [0, 1, 2], wait)).toMatchObject({ maxWaitMin: 10 });
		expect([...batch.results.keys()]).toEqual([0]);
		expect(readWaitOptions(context, await batchOf(context), [0, 2], wait)).toEqual({
			wait: 'poll',
			maxWaitMin: 20,
		});
	});

	it('are none where no item can be read', async () => {
		const context = withOptions({ maxWait: '=$json.wait' }, { resolve: unresolvable });
		const batch = await batchOf(context);
		expect(readWaitOptions(context, batch, [0, 1], wait)).toBeUndefined();
		expect([...batch.results.keys()]).toEqual([0, 1]);
	});

	it('make an agent wait by polling, whatever is chosen', async () => {
		const { context } = nodeContext({
			parameters: { wait: 'webhook' },
			type: 'n8n-nodes-magnific.magnificTool',
		});
		expect(readWaitOptions(context, await batchOf(context), [0], wait)).toEqual({
			wait: 'poll',
			maxWaitMin: 30,
		});
	});
});

it('hides a field from agents beside what hides it already', () => {
	const field = {
		...flag({ displayName: 'A', name: 'a', type: 'boolean', default: false }).field,
		displayOptions: { show: { b: [1] }, hide: { c: [2] } },
	};
	expect(notForTool(field).displayOptions).toEqual({
		show: { b: [1] },
		hide: { c: [2], '@tool': [true] },
	});
	const { displayOptions, ...bare } = field;
	expect(displayOptions).toBeDefined();
	expect(notForTool(bare).displayOptions).toEqual({ hide: { '@tool': [true] } });
});

describe('who gives a field', () => {
	it.each<[string, string, string]>([
		['an agent’s model', "={{ $fromAI('start') }}", 'the model'],
		['an agent’s model, in any case', '={{ $fromai("start") }}', 'the model'],
		['an expression', '={{ $json.start }}', 'an expression'],
		['an expression with another name', '={{ $fromAIR }}', 'an expression'],
		['somebody who wrote it', "$fromAI('start')", 'a person'],
	])('is told to its reader: %s', (_, stored, by) => {
		const option: Option<string> = {
			field: { displayName: 'Start', name: 'start', type: 'string', default: '' },
			unset: 'nobody',
			read: ({ isExpression, isByModel }) =>
				isByModel === true ? 'the model' : isExpression ? 'an expression' : 'a person',
		};
		const { context } = nodeContext({ parameters: { start: stored } });
		expect(readParameter(context, option, 0)).toBe(by);
		expect(readParameter(nodeContext().context, option, 0)).toBe('nobody');
	});
});
