import type { Contract } from './contract';

/**
 * What this project knows of the API (its own words, from the notes that it is built on), as JSON
 * Schemas: the contract that holds where the vendor's description is not at hand.
 */
const text = { type: 'string' };
const time = { type: ['string', 'null'], format: 'date-time' };

function object(
	properties: Record<string, unknown>,
	optional: string[] = [],
): Record<string, unknown> {
	return {
		type: 'object',
		properties,
		required: Object.keys(properties).filter((name) => !optional.includes(name)),
		additionalProperties: false,
	};
}

function list(items: unknown): Record<string, unknown> {
	return { type: 'array', items };
}

const toolMetadata = object(
	{
		icon: text,
		description_key: { type: ['string', 'null'] },
		translation_key: { type: ['string', 'null'] },
		category: text,
		sort_order: { type: 'integer' },
		total_cost: { type: 'integer' },
	},
	['total_cost'],
);

const input = object(
	{
		id: { type: 'string', pattern: '^input-[0-9a-f-]{36}-\\d+$' },
		api_key: text,
		type: { enum: ['creation', 'text', 'number', 'select', 'list'] },
		label: text,
		config: {
			anyOf: [
				{ type: 'null' },
				object({ mediaType: { enum: ['image', 'video', 'audio'] } }),
				object({ options: { type: 'array', minItems: 1 } }),
			],
		},
		nodeId: { type: 'string', format: 'uuid' },
		default: { type: ['string', 'number', 'null'] },
		required: { type: 'boolean' },
		presentation: {
			anyOf: [
				{ type: 'null' },
				object({ mode: { enum: ['textarea', 'input'] }, type: text, placeholder: text }, [
					'placeholder',
				]),
			],
		},
	},
	['api_key'],
);

const asset = object({
	id: text,
	url: { type: 'string', format: 'uri' },
	tool: text,
	width: { type: ['integer', 'null'] },
	height: { type: ['integer', 'null'] },
	duration: { type: ['number', 'null'] },
	created_at: { type: 'string', format: 'date-time' },
});

const run = object({
	run_id: text,
	status: {
		enum: ['pending', 'running', 'completed', 'completed_with_errors', 'failed', 'cancelled'],
	},
	app_id: text,
	started_at: time,
	completed_at: time,
	error_message: { type: ['string', 'null'] },
	result: {
		anyOf: [
			{ type: 'null' },
			object({ images: list(asset), videos: list(asset), audios: list(asset) }),
		],
	},
});

const message = object({ message: text });

const SCHEMAS: Record<string, unknown> = {
	'list 200': object({
		data: list(object({ sqid: text, name: text, tool_metadata: toolMetadata })),
	}),
	'mine 200': object({ data: list(object({ sqid: text, name: text })) }),
	'get_app 200': object({
		data: object({ sqid: text, name: text, inputs: list(input), tool_metadata: toolMetadata }),
	}),
	'run 202': object({ status: { const: 'running' }, workflow_run_identifier: text }),
	'run 422': object({ message: text, invalid_params: list(object({ name: text, reason: text })) }),
	'get_run 200': object({ data: run }),
};

export const readmeContract: Contract = {
	name: "this project's notes",
	schemaOf: (route, status) => SCHEMAS[`${route} ${String(status)}`] ?? message,
	document: {},
};
