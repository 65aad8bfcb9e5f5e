import type { InvalidParam } from '../api/answers';
import { ApiError } from '../api/errors';
import { isRecord } from '../api/guards';
import type { Submission } from '../runs/submit';
import { noteLate } from './late';
import type { ParkMemory } from './looks';

/** What came of items after the park, as one process tells another: ids, and reasons for many items at once. */
interface News {
	/** The ids of started runs, by the items' index. */
	runs: Record<string, string>;
	/** Why items have no run, or none that is known. */
	others: Array<{ kind: 'not_started' | 'unknown'; error: object; items: number[] }>;
	/** Several processes answer to who tells this. */
	isShared?: boolean;
	/** Items whose runs are waited for before others may start: the answer says which are over. */
	going?: number[];
}

const plain = ({ message, advice, httpCode, invalidParams }: ApiError): object => ({
	message,
	advice,
	...(httpCode === undefined ? {} : { httpCode }),
	...(invalidParams.length === 0 ? {} : { invalidParams }),
});

/** What is known of these items, to be told; its size grows with the ids alone. */
export const newsOf = (late: ReadonlyMap<number, Submission>): Pick<News, 'runs' | 'others'> => {
	const runs: News['runs'] = {};
	const others: News['others'] = [];
	const itemsOf = {
		not_started: new Map<ApiError, number[]>(),
		unknown: new Map<ApiError, number[]>(),
	};
	for (const [itemIndex, submission] of late) {
		if (submission.kind === 'started') {
			runs[itemIndex] = submission.run_id;
			continue;
		}
		const { kind, error } = submission;
		const items = itemsOf[kind].get(error) ?? [];
		if (items.push(itemIndex) === 1) {
			itemsOf[kind].set(error, items);
			others.push({ kind, error: plain(error), items });
		}
	}
	return { runs, others };
};

const paramsIn = (value: unknown): InvalidParam[] =>
	(Array.isArray(value) ? value : []).flatMap((param: unknown) => {
		const { name, reason } = isRecord(param) ? param : {};
		return typeof name === 'string' && typeof reason === 'string' ? [{ name, reason }] : [];
	});

/** As far as an item's output tells of it: what kind it was counts no more. */
const errorIn = (value: unknown): ApiError => {
	const { message, advice, httpCode, invalidParams } = isRecord(value) ? value : {};
	return new ApiError({
		kind: 'rejected',
		message: typeof message === 'string' ? message : '',
		advice: typeof advice === 'string' ? advice : '',
		...(typeof httpCode === 'number' ? { httpCode } : {}),
		invalidParams: paramsIn(invalidParams),
	});
};

const indexesIn = (value: unknown): number[] =>
	(Array.isArray(value) ? value : []).flatMap((index: unknown) =>
		typeof index === 'number' && Number.isSafeInteger(index) ? [index] : [],
	);

/** Takes note of what another process tells; `now` in ms since the epoch. */
export const noteNews = (memory: ParkMemory, news: unknown, now: number): void => {
	const { runs, others } = isRecord(news) ? news : {};
	for (const [index, run_id] of Object.entries(isRecord(runs) ? runs : {})) {
		if (typeof run_id !== 'string') continue;
		noteLate(memory, Number(index), { kind: 'started', run_id, since: now }, now);
	}
	for (const other of Array.isArray(others) ? others : []) {
		const { kind, error, items } = isRecord(other) ? other : {};
		if (kind !== 'not_started' && kind !== 'unknown') continue;
		const submission: Submission = { kind, error: errorIn(error) };
		for (const itemIndex of indexesIn(items)) noteLate(memory, itemIndex, submission, now);
	}
};

/** What who submits says of itself, and what it asks. */
export const asksIn = (news: unknown): { isShared: boolean; going: number[] } => {
	const { isShared, going } = isRecord(news) ? news : {};
	return { isShared: isShared === true, going: indexesIn(going) };
};
