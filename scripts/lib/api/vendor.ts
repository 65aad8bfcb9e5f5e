import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { ROOT } from '../paths';
import { OPERATIONS, type Contract, type Operation } from './contract';

/** Where the vendor's descriptions lie beside the checkout: third-party data, to be checked against. */
const FOLDER = join(ROOT, '..', 'shared', 'api');
const FILES = ['flows-openapi.yaml', 'account-openapi.yaml'];

/** What the two do not describe, such as uploads, has no path here. */
const PATHS: Partial<Record<Operation, [path: string, method: string]>> = {
	list: ['/v1/ai/flows', 'get'],
	mine: ['/v1/ai/me/flows', 'get'],
	get_app: ['/v1/ai/flows/{flow-id}', 'get'],
	run: ['/v1/ai/flows/{flow-id}/run', 'post'],
	get_run: ['/v1/ai/flows/runs/{run-id}', 'get'],
	creations: ['/v1/creations/recent', 'get'],
	credit_usage: ['/v1/analytics/team-credit-usage', 'post'],
	'team-api-keys': ['/v1/analytics/team-api-keys', 'get'],
	'team-groups': ['/v1/analytics/team-groups', 'get'],
	'team-members': ['/v1/analytics/team-members', 'get'],
	'team-projects': ['/v1/analytics/team-projects', 'get'],
};

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/**
 * Where live answers are known to differ from the description, and the emulator follows them:
 * the deprecated `key` is gone, there are more input types, and some objects have more fields.
 */
const DEVIATIONS: Record<string, (schema: Record<string, unknown>) => Record<string, unknown>> = {
	'input-definition': (schema) => ({
		...schema,
		required: ['id', 'type', 'required'],
		properties: {
			...record(schema.properties),
			type: { type: 'string' },
			description: { type: 'string' },
		},
	}),
	'flow-detail': (schema) => ({
		...schema,
		properties: { ...record(schema.properties), description: { type: 'string' } },
	}),
	get_all_style_transfer_tasks_400_response: (schema) => ({
		...schema,
		required: ['message'],
		properties: {
			...record(schema.properties),
			invalid_params: { type: 'array', items: { type: 'object', required: ['name', 'reason'] } },
		},
	}),
	input_definition_config: (schema) => ({
		...schema,
		properties: { ...record(schema.properties), options: { type: 'array' } },
	}),
	input_definition_presentation: (schema) => ({
		...schema,
		properties: { ...record(schema.properties), placeholder: { type: 'string' } },
	}),
};

/**
 * The vendor's contracts, one for each description that is there, with no field allowed that it does
 * not name.
 *
 * @throws Error for a route that no operation here asks for
 */
export function vendorContracts(): Contract[] {
	return FILES.filter((file) => existsSync(join(FOLDER, file))).map((file) =>
		contractOf(file, record(parse(readFileSync(join(FOLDER, file), 'utf8')))),
	);
}

function contractOf(file: string, source: Record<string, unknown>): Contract {
	const schemas = Object.entries(record(record(source.components).schemas)).map(
		([name, schema]) => {
			const known = record(schema);
			return [name, DEVIATIONS[name]?.(known) ?? known] as const;
		},
	);
	const paths = record(source.paths);
	const asked = Object.values(PATHS).map((route) => route.join(' '));
	const routes = Object.entries(paths).flatMap(([path, methods]) =>
		Object.keys(record(methods)).map((method) => `${path} ${method}`),
	);
	const forgotten = routes.filter((route) => !asked.includes(route));
	if (forgotten.length > 0) throw new Error(`No operation asks for ${forgotten.join(', ')}`);
	const responsesOf = (operation: Operation): Record<string, unknown> => {
		const [path, method] = PATHS[operation] ?? [];
		if (path === undefined || method === undefined || paths[path] === undefined) return {};
		return record(record(record(paths[path])[method]).responses);
	};
	return {
		name: file,
		document: { components: asJsonSchema({ schemas: Object.fromEntries(schemas) }) },
		described: OPERATIONS.flatMap((operation) =>
			Object.keys(responsesOf(operation)).map((status): [Operation, number] => [
				operation,
				Number(status),
			]),
		),
		schemaOf: (operation, status, mediaType) => {
			const response = responsesOf(operation)[String(status)];
			if (response === undefined) return undefined;
			const { content } = record(response);
			if (content === undefined) return {};
			const described = record(content)[mediaType];
			return described === undefined ? undefined : asJsonSchema(record(described).schema);
		},
	};
}

/** OpenAPI 3.0's `nullable` in JSON Schema's words, and objects closed to unknown fields. */
function asJsonSchema(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(asJsonSchema);
	if (typeof value !== 'object' || value === null) return value;
	const { nullable, ...rest } = record(value);
	const schema = Object.fromEntries(
		Object.entries(rest).map(([name, part]) => [name, asJsonSchema(part)]),
	);
	const isClosed = schema.type === 'object' && typeof schema.properties === 'object';
	const closed = isClosed ? { additionalProperties: false, ...schema } : schema;
	if (nullable !== true) return closed;
	return closed.type === undefined ? closed : { ...closed, type: [closed.type, 'null'] };
}
