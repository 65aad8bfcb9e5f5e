import { OPERATIONS, type Contract, type Operation } from './contract';

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
		description: text,
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
	['api_key', 'description'],
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

const invalidParams = object({
	message: text,
	invalid_params: list(object({ name: text, reason: text })),
});

const whole = { type: 'integer', minimum: 0 };
const utc = { type: 'string', format: 'date-time', pattern: 'Z$' };

const assetUrl = {
	asset_url: { type: 'string', pattern: '\\?token=exp=\\d+~hmac=[0-9a-f]+$' },
	asset_url_expires_in: { const: 86_400 },
};

const fileId = { type: 'string', pattern: '^upl_(img|vid|aud)_[0-9a-z]+$' };

const ticket = object({
	file_id: fileId,
	upload_url: { type: 'string', format: 'uri' },
	headers: object({
		'Content-Type': text,
		'x-goog-content-length-range': { const: '0,1073741824' },
	}),
	expires_in: { const: 120 },
	...assetUrl,
});

const upload = object({
	file_id: fileId,
	content_type: text,
	size_bytes: whole,
	created_at: utc,
	expires_at: utc,
	ttl_seconds: whole,
	...assetUrl,
});

const url = { type: ['string', 'null'], format: 'uri' };
const moment = { type: 'string', format: 'date-time' };

const creation = object({
	id: whole,
	reference: { type: 'string', format: 'uuid' },
	user_id: whole,
	folder_id: { type: ['integer', 'null'] },
	folder_reference: { type: ['string', 'null'] },
	name: text,
	external_id: { type: ['string', 'null'] },
	thumbnail: { anyOf: [{ type: 'null' }, object({ url })] },
	tool_name: { type: ['string', 'null'] },
	created_at: moment,
	updated_at: moment,
	creation: object({
		id: whole,
		identifier: { type: 'string', pattern: '^[A-Za-z0-9]+$' },
		family: { enum: ['image', 'video', 'audio', null] },
		tool: text,
		url,
		raw: url,
		preview: url,
		large_preview: url,
		public: { type: 'boolean' },
		nsfw: { type: 'boolean' },
		status: text,
		user_id: whole,
		created_at: moment,
		metadata: { type: ['object', 'null'] },
	}),
});

const usage = object({
	date: moment,
	consumptions: list(
		object({
			tool: text,
			user_uses: whole,
			user_credits: whole,
			user_usages: list(
				object(
					{
						user_email: text,
						user_uses: whole,
						user_credits: whole,
						project_reference: text,
						project_name: text,
						group_name: text,
					},
					['project_reference', 'project_name', 'group_name'],
				),
			),
		}),
	),
});

const team: Record<string, unknown> = {
	'team-api-keys 200': object({
		api_key_id: text,
		display_name: text,
		status: { enum: ['active', 'inactive'] },
		created_at: moment,
	}),
	'team-groups 200': object({ group_id: whole, name: text, member_count: whole }),
	'team-members 200': object({
		email: text,
		role: { enum: ['owner', 'admin', 'member'] },
		status: { enum: ['active', 'inactive', 'invited'] },
	}),
	'team-projects 200': object({
		project_reference: { type: 'string', format: 'uuid' },
		name: text,
	}),
};

const SCHEMAS: Record<string, unknown> = {
	'list 200': object({
		data: list(object({ sqid: text, name: text, tool_metadata: toolMetadata }, ['tool_metadata'])),
	}),
	'mine 200': object({ data: list(object({ sqid: text, name: text })) }),
	'get_app 200': object({
		data: object(
			{
				sqid: text,
				name: text,
				description: text,
				inputs: list(input),
				tool_metadata: toolMetadata,
			},
			['description'],
		),
	}),
	'run 202': object({ status: { const: 'running' }, workflow_run_identifier: text }),
	'run 400': invalidParams,
	'run 422': invalidParams,
	'get_run 200': object({ data: run }),
	'request_upload 200': object({ files: list(ticket) }),
	'request_upload 400': invalidParams,
	'request_upload 422': invalidParams,
	'uploads 200': object({ files: list(upload) }),
	'creations 200': object({
		data: list(creation),
		meta: object({
			pagination: object({ current_page: whole, per_page: whole, last_page: whole, total: whole }),
		}),
	}),
	'creations 400': invalidParams,
	'credit_usage 200': object({ data: list(usage) }),
	'credit_usage 400': invalidParams,
	...Object.fromEntries(
		Object.entries(team).map(([name, schema]) => [name, object({ data: list(schema) })]),
	),
};

/** Besides those that have a schema of their own: `{ message }`. */
const REFUSALS: Partial<Record<Operation, number[]>> = {
	get_app: [404],
	run: [402, 404],
	get_run: [404],
};
const EVERYWHERE = [401, 403, 429, 500, 503];

export const readmeContract: Contract = {
	name: "this project's notes",
	described: OPERATIONS.flatMap((operation) => {
		const own = Object.keys(SCHEMAS)
			.filter((name) => name.startsWith(`${operation} `))
			.map((name) => Number(name.split(' ')[1]));
		return [...own, ...(REFUSALS[operation] ?? []), ...EVERYWHERE].map(
			(status): [Operation, number] => [operation, status],
		);
	}),
	schemaOf: (operation, status, mediaType) => {
		if (mediaType === 'application/problem+json') return object({ problem: invalidParams });
		return SCHEMAS[`${operation} ${String(status)}`] ?? message;
	},
	document: {},
};
