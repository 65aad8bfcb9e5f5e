import { ApiError } from '../../../nodes/Magnific/api/errors';
import type { Submission } from '../../../nodes/Magnific/runs/submit';
import { newMemory } from '../../../nodes/Magnific/suspended/looks';
import { asksIn, newsOf, noteNews } from '../../../nodes/Magnific/suspended/news';
import { broken, refused } from '../support/fixtures';

const NOW = Date.UTC(2026, 10, 1);

const notStarted = (error: ApiError): Submission => ({ kind: 'not_started', error });
const unknown = (error: ApiError): Submission => ({ kind: 'unknown', error });

/** What another process knows of the items when it has heard this. */
const lateAfter = (news: unknown): Map<number, Submission> => {
	const memory = newMemory(false, NOW);
	noteNews(memory, news, NOW);
	return memory.late;
};

/** The error of item 1 when another process has heard this of it. */
const errorAfter = (error: unknown): ApiError | undefined => {
	const heard = lateAfter({ others: [{ kind: 'not_started', error, items: [1] }] }).get(1);
	return heard && 'error' in heard ? heard.error : undefined;
};

describe('the news of submissions', () => {
	it('are none where nothing has come of them', () => {
		expect(newsOf(new Map())).toEqual({ runs: {}, others: [] });
	});

	it('name each reason once, with all items that it holds for', () => {
		const [none, lost] = [refused(402), broken('ECONNRESET')];
		const late = new Map([
			[1, notStarted(none)],
			[2, unknown(lost)],
			[3, notStarted(none)],
			[4, unknown(none)],
			[5, unknown(lost)],
		]);
		expect(newsOf(late).others.map(({ kind, items }) => ({ kind, items }))).toEqual([
			{ kind: 'not_started', items: [1, 3] },
			{ kind: 'unknown', items: [2, 5] },
			{ kind: 'unknown', items: [4] },
		]);
	});

	it('have no more of a reason than there is', () => {
		const { message, advice, ...lost } = broken('ECONNRESET');
		expect(lost.httpCode).toBeUndefined();
		const [other] = newsOf(new Map([[1, unknown(broken('ECONNRESET'))]])).others;
		expect(Object.entries(other?.error ?? {})).toEqual([
			['message', broken('ECONNRESET').message],
			['advice', advice],
		]);
		expect(message).not.toBe('');
	});

	it('name the inputs that were not accepted', () => {
		const invalidParams = [{ name: 'prompt', reason: 'is too long' }];
		const error = new ApiError({
			kind: 'invalid_inputs',
			message: 'An input was not accepted',
			advice: 'Correct it.',
			httpCode: 422,
			invalidParams,
		});
		const news: unknown = JSON.parse(JSON.stringify(newsOf(new Map([[1, notStarted(error)]]))));
		expect(lateAfter(news).get(1)).toMatchObject({
			kind: 'not_started',
			error: { message: error.message, advice: error.advice, httpCode: 422, invalidParams },
		});
	});
});

describe('news that were heard', () => {
	it.each([undefined, null, 'x', 7, []])('have a reason without words where it is %j', (error) => {
		expect(errorAfter(error)).toMatchObject({
			kind: 'rejected',
			message: '',
			advice: '',
			httpCode: undefined,
			invalidParams: [],
		});
	});

	it('have of a reason only what can be one', () => {
		const error = errorAfter({ message: 7, advice: {}, httpCode: '402', invalidParams: 'x' });
		expect(error).toMatchObject({ message: '', advice: '', invalidParams: [] });
		expect(error?.httpCode).toBeUndefined();
	});

	it('name an input only with why it was not accepted', () => {
		const good = { name: 'prompt', reason: 'is too long' };
		const invalidParams = [
			null,
			'x',
			{ name: 'a' },
			{ reason: 'b' },
			{ name: 7, reason: 'c' },
			{ name: 'd', reason: 7 },
			{ ...good, more: true },
		];
		expect(errorAfter({ invalidParams })?.invalidParams).toEqual([good]);
	});

	it('are of items that have an index, and of runs that have an id', () => {
		const late = lateAfter({
			runs: { 1: 'secondRun0', 2: 7, 3: null },
			others: [
				{ kind: 'unknown', error: {}, items: [4, '5', 6.5, null, NaN] },
				{ kind: 'unknown', error: {}, items: 7 },
				{ kind: 'started', error: {}, items: [8] },
				{ kind: 'ended', error: {}, items: [9] },
			],
		});
		expect([...late].map(([itemIndex, { kind }]) => [itemIndex, kind])).toEqual([
			[1, 'started'],
			[4, 'unknown'],
		]);
	});
});

describe('who submits', () => {
	it('says whether several processes answer it, and which runs it asks for', () => {
		expect(asksIn({ isShared: true, going: [1, 2] })).toEqual({ isShared: true, going: [1, 2] });
		expect(asksIn({ isShared: false, going: [] })).toEqual({ isShared: false, going: [] });
		expect(asksIn({ isShared: 'yes', going: ['1', 2.5, null, 3] })).toEqual({
			isShared: false,
			going: [3],
		});
	});
});
