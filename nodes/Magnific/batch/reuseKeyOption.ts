import { leftover, saysNoValue } from '../runs/leftovers';

/**
 * What an item is the same by, as a text: empty where there is nothing. Undefined for what is no
 * text, and for an expression that stands there as one: all items would share a run.
 */
export const readReuseKey = (given: unknown): string | undefined => {
	const value = given ?? '';
	if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
		return undefined;
	}
	const key = String(value).trim();
	if (leftover(key) !== undefined) return undefined;
	return saysNoValue(key) ? '' : key;
};
