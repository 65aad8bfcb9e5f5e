import { ApiError, settle } from './errors';
import type { JsonRecord } from './guards';
import { readSettings } from './settings';

/** So many items are compared in any case; more only where the credential depends on the item. */
const MOST_COMPARED = 20;

const isSame = (one: JsonRecord, other: JsonRecord): boolean => {
	const [a, b] = [readSettings(one), readSettings(other)];
	return a.apiKey === b.apiKey && a.baseUrl === b.baseUrl;
};

const spread = (itemCount: number): number[] =>
	Array.from({ length: Math.min(itemCount, MOST_COMPARED) }, (_, i) =>
		Math.round((i * (itemCount - 1)) / Math.max(1, Math.min(itemCount, MOST_COMPARED) - 1)),
	);

const differs = (itemIndex: number): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: `The credential’s API key or base URL is an expression that gives something else for item ${String(itemIndex)} than for item 0`,
		advice:
			'Nothing was started. All items of one execution go with one API key: use a node with a credential of its own for each key, or put a Loop Over Items of batch size 1 before this node.',
	});

const unreadable = (itemIndex: number): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: `The expression in the credential gives nothing for item ${String(itemIndex)}`,
		advice: 'Nothing was started. Correct the expression in the credential, or the item.',
	});

/**
 * The credential for all items of an execution. `read` resolves its expressions for an item; that is a
 * look into n8n's database, so of many items only some are read, unless an index that no item has shows
 * that the credential depends on the item. Rejects with an `ApiError` where two items differ in their
 * key or base URL, or one has none; with what `read` throws for item 0.
 */
export const readForAllItems = async <T extends JsonRecord>(
	read: (itemIndex: number) => Promise<T>,
	itemCount: number,
): Promise<T> => {
	const first = await read(0);
	if (itemCount < 2) return first;
	const check = async (itemIndex: number): Promise<ApiError | undefined> => {
		const other = await settle(async () => isSame(first, await read(itemIndex)));
		if ('error' in other) return unreadable(itemIndex);
		return other.value ? undefined : differs(itemIndex);
	};
	const dependsOnItem = itemCount > MOST_COMPARED && (await check(itemCount)) !== undefined;
	const compared = dependsOnItem
		? Array.from({ length: itemCount }, (_, i) => i)
		: spread(itemCount);
	for (const itemIndex of compared.slice(1)) {
		const trouble = await check(itemIndex);
		if (trouble) throw trouble;
	}
	return first;
};
