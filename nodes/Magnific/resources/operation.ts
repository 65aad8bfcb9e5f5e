import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

/** All there is to an operation: how it is offered, its fields, and what it does. */
export interface Operation {
	/** What workflows store. */
	value: string;
	/** Title case. */
	name: string;
	/** For the node panel: sentence case, without articles. */
	action: string;
	description: string;
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
	options: resource.operations.map(({ name, value, action, description }) => ({
		name,
		value,
		action,
		description,
	})),
	default: resource.default.value,
});

const fieldsOf = (resource: Resource, { value, fields }: Operation): INodeProperties[] =>
	fields.map((field) => ({
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

/** The operation of these names; undefined for one that came with a later version. */
export const operationOf = (
	resources: Resource[],
	resource: string,
	operation: string,
): Operation | undefined =>
	resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
