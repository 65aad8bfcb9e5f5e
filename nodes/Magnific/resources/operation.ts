import type {
	IBuilderHintVariation,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { outputInWords, type Output } from '../batch/output';
import { forAgent, toolFields } from './toolOutput';

/** All there is to an operation: how it is offered, its fields, and what it does. */
export interface Operation {
	/** What workflows store. */
	value: string;
	/** Title case. */
	name: string;
	/** For the node panel: sentence case, without articles. */
	action: string;
	description: string;
	/** What n8n's AI has to know of it to choose it: plain facts, without braces. */
	builderHint?: string;
	/** What comes out: n8n's schemas, its AI and agents are told from here. */
	output: Output;
	/** Without conditions by resource and operation: `propertiesOf` adds them. */
	fields: INodeProperties[];
	execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;
}

export interface Resource {
	value: string;
	name: string;
	/** The operation that a new node has. */
	default: Operation;
	/** Sorted by name. */
	operations: Operation[];
}

/** A choice that decides about other fields can be no expression. */
const FIXED_CHOICE = { type: 'options', noDataExpression: true } as const;

const choiceOfResource = (resources: Resource[]): INodeProperties => ({
	...FIXED_CHOICE,
	displayName: 'Resource',
	name: 'resource',
	options: resources.map(({ name, value }) => ({ name, value })),
	default: resources[0]?.value ?? '',
});

const choiceOfOperation = (resource: Resource): INodeProperties => ({
	...FIXED_CHOICE,
	displayName: 'Operation',
	name: 'operation',
	displayOptions: { show: { resource: [resource.value] } },
	options: resource.operations.map(({ name, value, action, description, builderHint }) => ({
		name,
		value,
		action,
		description,
		...(builderHint === undefined ? {} : { builderHint: { propertyHint: builderHint } }),
	})),
	default: resource.default.value,
});

const fieldsOf = (resource: Resource, { value, fields, output }: Operation): INodeProperties[] =>
	[...fields, ...toolFields(output)].map((field) => ({
		...field,
		displayOptions: {
			...field.displayOptions,
			show: {
				resource: [resource.value],
				operation: [value],
				...field.displayOptions?.show,
			},
		},
	}));

/** The node's properties: the choice of resource and operation, and each operation's fields. */
export const propertiesOf = (resources: Resource[]): INodeProperties[] => [
	choiceOfResource(resources),
	...resources.map(choiceOfOperation),
	...resources.flatMap((resource) =>
		resource.operations.flatMap((operation) => fieldsOf(resource, operation)),
	),
];

/**
 * What stands in n8n's definition of each operation beside its fields. n8n describes two operations
 * of one value by the words of the first, so the true description is here too.
 */
export const definitionsOf = (resources: Resource[]): IBuilderHintVariation[] =>
	resources.flatMap((resource) =>
		resource.operations.map(({ value, name, description, builderHint, output }) => ({
			displayOptions: { show: { resource: [resource.value], operation: [value] } },
			content: [
				`${resource.name} → ${name}: ${description}.`,
				...(builderHint === undefined ? [] : [builderHint]),
				outputInWords(output),
				'A failed item, where the node goes on after it: error, message, details.',
			].join('\n'),
		})),
	);

/** Runs an operation, and gives an agent of its output what it chose. */
export const executeOperation = async (
	context: IExecuteFunctions,
	{ execute, output }: Operation,
): Promise<INodeExecutionData[][]> =>
	await forAgent(context, output, async () => await execute.call(context));

/** The operation of these names; undefined for one that came with a later version. */
export const operationOf = (
	resources: Resource[],
	resource: string,
	operation: string,
): Operation | undefined =>
	resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
