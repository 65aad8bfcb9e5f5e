import type { FastifyRequest } from 'fastify';
import { isRecord } from '../guards';

/** A path parameter, or an empty string. */
export function param(request: FastifyRequest, name: string): string {
	return field(request.params, name);
}

/** A query parameter (the first, if repeated), or an empty string. */
export function query(request: FastifyRequest, name: string): string {
	return field(request.query, name);
}

function field(source: unknown, name: string): string {
	const value = isRecord(source) ? source[name] : undefined;
	const single: unknown = Array.isArray(value) ? value[0] : value;
	return typeof single === 'string' ? single : '';
}

export const KEY_HEADER = 'x-magnific-api-key';

/** Header values by lower-case name, the API key redacted. */
export function loggedHeaders(request: FastifyRequest): Record<string, string> {
	return Object.fromEntries(
		Object.entries(request.headers).flatMap(([name, value]) => {
			if (value === undefined) return [];
			if (name === KEY_HEADER) return [[name, '[redacted]']];
			return [[name, Array.isArray(value) ? value.join(', ') : value]];
		}),
	);
}

export function loggedQuery(request: FastifyRequest): Record<string, string> {
	if (!isRecord(request.query)) return {};
	return Object.fromEntries(Object.keys(request.query).map((name) => [name, query(request, name)]));
}
