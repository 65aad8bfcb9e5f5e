import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { simplify } from '../batch/listFields';
import { choice, shaped } from '../batch/option';
import { isAgentTool, readParameter } from '../batch/options';
import { shapesOf, type Output } from '../batch/output';
import { isJsonObject, type JsonObject } from '../api/guards';
import { brief, type Shape } from '../runs/shape';

/** How much of an output an agent gets; n8n's guideline for tools asks for these three. */
export const toolOutput = choice({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Raw', value: 'raw', description: 'All fields, empty ones too' },
		{
			name: 'Selected Fields',
			value: 'selectedFields',
			description: 'The fields chosen under Output Fields',
		},
		{
			name: 'Simplified',
			value: 'simplified',
			description: 'What an agent decides by, without empty fields',
		},
	],
	default: 'simplified',
	description: 'How much of the output the agent gets: the less, the fewer tokens it reads',
});

/** Whether an item gets the answer as the API gave it: a tool says it by its Output, which has Raw. */
export const wantsRaw = (context: IExecuteFunctions, itemIndex: number): boolean =>
	isAgentTool(context)
		? readParameter(context, toolOutput, itemIndex) === 'raw'
		: !readParameter(context, simplify, itemIndex);

const isTexts = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((one) => typeof one === 'string');

/** For the tool of an operation that has this output. */
const outputFields = (output: Output) =>
	shaped(
		{
			displayName: 'Output Fields',
			name: 'outputFields',
			type: 'multiOptions',
			noDataExpression: true,
			options: [...new Set(shapesOf(output).flatMap((shape) => Object.keys(shape)))]
				.sort((a, b) => a.localeCompare(b))
				.map((name) => ({ name, value: name })),
			default: [],
			description: 'The fields of the output that the agent gets',
		},
		[],
		'a list of fields',
		(value) => (isTexts(value) ? value : undefined),
	);

const forToolOnly = (field: INodeProperties, show = {}): INodeProperties => ({
	...field,
	displayOptions: { show: { '@tool': [true], ...show } },
});

/** The fields that only the tool form of an operation has. */
export const toolFields = (output: Output): INodeProperties[] => [
	forToolOnly(toolOutput.field),
	forToolOnly(outputFields(output).field, { output: ['selectedFields'] }),
];

/** The shape that a json has most fields of. */
const shapeOf = (json: JsonObject, output: Output): Shape => {
	const missing = (shape: Shape): number =>
		Object.keys(json).filter((name) => shape[name] === undefined).length;
	return shapesOf(output).reduce((best, shape) => (missing(shape) < missing(best) ? shape : best));
};

type Narrow = (json: JsonObject) => object;

const narrowing = (context: IExecuteFunctions, output: Output): Narrow => {
	switch (readParameter(context, toolOutput, 0)) {
		case 'raw':
			return (json) => json;
		case 'selectedFields': {
			const wanted = new Set(readParameter(context, outputFields(output), 0));
			return (json) =>
				Object.fromEntries(Object.entries(json).filter(([name]) => wanted.has(name)));
		}
		default:
			return (json) => brief(json, shapeOf(json, output));
	}
};

/**
 * Runs an operation; an agent gets of its output what the tool's Output says. That is read first:
 * nothing is spent where it cannot be understood. A failed item stays as it is.
 */
export const forAgent = async (
	context: IExecuteFunctions,
	output: Output,
	execute: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> => {
	if (!isAgentTool(context)) return await execute();
	let narrow: Narrow;
	try {
		narrow = narrowing(context, output);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new NodeOperationError(context.getNode(), reason);
	}
	return (await execute()).map((items) =>
		items.map((item) => {
			const json = narrow(item.json);
			return 'error' in item.json || !isJsonObject(json) ? item : { ...item, json };
		}),
	);
};
