export type JsonRecord = Record<string, unknown>;

/** JSON as n8n takes it for an item. */
export type JsonObject = Record<string, string | number | boolean | object | null | undefined>;

export const isJsonObject = (value: unknown): value is JsonObject => isRecord(value);

export const isRecord = (value: unknown): value is JsonRecord =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first of the values that is a string with something in it. */
export const firstText = (...values: unknown[]): string | undefined =>
	values.find((value): value is string => typeof value === 'string' && value.trim() !== '');

/** A finite number, also where the API sent it as a string; else null. */
export const numberOrNull = (value: unknown): number | null => {
	if (typeof value === 'string' && value.trim() === '') return null;
	const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
	return Number.isFinite(number) ? number : null;
};

export const textOrNull = (value: unknown): string | null =>
	typeof value === 'string' ? value : null;
