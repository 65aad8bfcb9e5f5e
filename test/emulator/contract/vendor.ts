import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RouteName } from '../../../emulator';
import { record } from '../support/client';
import type { Contract } from './contract';

/** The vendor's description; third-party data that is checked against where it lies beside the checkout. */
const FILE = join(__dirname, '..', '..', '..', '..', 'shared', 'api', 'flows-openapi.yaml');

const OPERATIONS: Partial<Record<RouteName, [path: string, method: string]>> = {
	list: ['/v1/ai/flows', 'get'],
	mine: ['/v1/ai/me/flows', 'get'],
	get_app: ['/v1/ai/flows/{flow-id}', 'get'],
	run: ['/v1/ai/flows/{flow-id}/run', 'post'],
	get_run: ['/v1/ai/flows/runs/{run-id}', 'get'],
};

/**
 * Where live answers are known to differ from the description, and the emulator follows them:
 * the deprecated `key` is gone, there are more input types, and two objects have more fields.
 */
const DEVIATIONS: Record<string, (schema: Record<string, unknown>) => Record<string, unknown>> = {
	'input-definition': (schema) => ({
		...schema,
		required: ['id', 'type', 'required'],
		properties: { ...record(schema.properties), type: { type: 'string' } },
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

/** The vendor's contract, with no field allowed that it does not name; undefined if it is not there. */
export function vendorContract(): Contract | undefined {
	if (!existsSync(FILE)) return undefined;
	const source = record(parse(readFileSync(FILE, 'utf8')));
	const schemas = Object.entries(record(record(source.components).schemas)).map(
		([name, schema]) => {
			const known = record(schema);
			return [name, DEVIATIONS[name]?.(known) ?? known] as const;
		},
	);
	const document = { components: asJsonSchema({ schemas: Object.fromEntries(schemas) }) };
	const paths = record(source.paths);
	return {
		name: "the vendor's description",
		document,
		schemaOf: (route, status) => {
			const [path, method] = OPERATIONS[route] ?? ['', ''];
			const responses = record(record(record(paths[path])[method]).responses);
			const response = responses[String(status)];
			if (response === undefined) return undefined;
			const { content } = record(response);
			if (content === undefined) return {};
			return asJsonSchema(record(record(content)['application/json']).schema);
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
