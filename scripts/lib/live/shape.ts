import { isRecord } from '../../../nodes/Magnific/api/guards';

/** Objects whose fields are nobody's promise. */
const OPEN = new Set(['metadata']);

/**
 * What a JSON value is made of: a line for each field with its type, such as `data[].sqid string`.
 * The items of a list count as one.
 */
export function shapeOf(value: unknown): Set<string> {
	return new Set(linesOf(value, ''));
}

function linesOf(value: unknown, path: string): string[] {
	const own = `${path === '' ? 'it' : path} ${typeName(value)}`;
	if (Array.isArray(value)) {
		return [own, ...value.flatMap((item: unknown) => linesOf(item, `${path}[]`))];
	}
	if (!isRecord(value) || OPEN.has(path.split('.').at(-1) ?? '')) return [own];
	const inner = Object.entries(value).flatMap(([name, field]) =>
		linesOf(field, path === '' ? name : `${path}.${name}`),
	);
	return [own, ...inner];
}

function typeName(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'list' : typeof value;
}
