import type { IHttpRequestOptions, INodeExecutionData } from 'n8n-workflow';
import { readSelfCall, SELF_CALL_HEADER } from '../../../nodes/Magnific/suspended/selfCall';
import type { Park } from '../../../nodes/Magnific/suspended/state';
import type { Submissions } from '../../../nodes/Magnific/suspended/submissions';
import { submitFirst } from '../../../nodes/Magnific/suspended/submitFirst';
import { keepParking } from '../../../nodes/Magnific/suspended/tries';
import { plainRuns, world } from '../support/fixtures';
import { nodeContext, type NodeContext } from '../support/nodeContext';
import { parkOf } from '../support/parks';

const MINUTE = 60_000;
/** More than the budget of the tests lets through at once. */
const COUNT = 60;
const AT_ONCE = 50;

const STILL_RUNS = {
	statusCode: 409,
	body: { code: 409, message: 'The execution "12" is running already.' },
};

interface Given {
	answer?: unknown;
	count?: number;
	isToBeKept?: boolean;
	maxConcurrentRuns?: number;
}

interface Submitting extends Pick<NodeContext, 'context'> {
	park: Park;
	/** What the node said to its own execution. */
	calls: unknown[];
	/** Submits until it may park. */
	submit: () => Promise<Submissions>;
	/** The same, in figures. */
	counted: () => Promise<{ sent: number; isWaiting: boolean; tookMs: number }>;
}

const submitting = ({
	answer = STILL_RUNS,
	count = COUNT,
	isToBeKept = false,
	maxConcurrentRuns = 0,
}: Given = {}): Submitting => {
	const here = world({ durationMs: () => 3 * MINUTE });
	const park = parkOf();
	const calls: unknown[] = [];
	const httpRequest = async ({ headers, body }: IHttpRequestOptions): Promise<unknown> => {
		const text = typeof body === 'string' ? body : '';
		calls.push(readSelfCall(park, headers?.[SELF_CALL_HEADER], text, Date.now()));
		return await Promise.resolve(answer);
	};
	const input: INodeExecutionData[] = [];
	const { context } = nodeContext({
		more: { helpers: { httpRequest }, getExecuteData: () => ({ data: { main: [input] } }) },
	});
	const runs = plainRuns(count).map((run, itemIndex) => ({ ...run, itemIndex }));
	const options = { maxWaitMs: 30 * MINUTE, maxConcurrentRuns };
	const submit = async () =>
		await here.clock.run(submitFirst(context, runs, park, here.seams, options, isToBeKept));
	const counted = async () => {
		const start = here.clock.now();
		const { isWaiting } = await submit();
		return { sent: here.api.calls.length, isWaiting, tookMs: here.clock.now() - start };
	};
	return { context, park, calls, submit, counted };
};

describe('what is submitted before the park', () => {
	it('is what goes at once, where the execution can be reached under its own address', async () => {
		const { counted, calls } = submitting();
		const { sent, isWaiting, tookMs } = await counted();
		expect({ sent, isWaiting }).toEqual({ sent: AT_ONCE, isWaiting: true });
		expect(tookMs).toBeLessThan(MINUTE);
		expect(calls).toEqual([{ call: 'look', news: undefined }]);
	});

	it('is all where that is as much as goes at once, and nobody is asked', async () => {
		const { counted, calls } = submitting({ count: AT_ONCE });
		expect(await counted()).toMatchObject({ sent: AT_ONCE, isWaiting: false });
		expect(calls).toEqual([]);
	});

	it('is what goes at once where n8n says in other words that it is there', async () => {
		const { counted } = submitting({
			answer: { statusCode: 500, body: { code: 0, message: 'Cannot read properties' } },
		});
		expect(await counted()).toMatchObject({ sent: AT_ONCE, isWaiting: true });
	});

	it.each([
		['nobody answers', null],
		['a proxy answers', { statusCode: 404, body: '<html>' }],
		['somebody says that it is gone', { statusCode: 404, body: 'The execution "12" is gone' }],
	])('is all where %s under its own address', async (_, answer) => {
		const { counted, calls } = submitting({ answer });
		expect(await counted()).toMatchObject({ sent: COUNT, isWaiting: false });
		expect(calls).toHaveLength(1);
	});

	it('is all where each run is to be kept, since n8n saves nothing after the park', async () => {
		const { counted, calls } = submitting({ isToBeKept: true });
		expect(await counted()).toMatchObject({ sent: COUNT, isWaiting: false });
		expect(calls).toEqual([]);
	});

	it('is what has a place, where runs wait for others, also if each is to be kept', async () => {
		const { counted } = submitting({ isToBeKept: true, maxConcurrentRuns: 3 });
		expect(await counted()).toMatchObject({ sent: 3, isWaiting: true });
	});

	it('is added to what an earlier try has submitted, without asking again', async () => {
		const { submit, calls, context, park } = submitting();
		const submissions = await submit();
		keepParking(context, { park, submissions, unfinished: [], watch: () => undefined });
		expect(await submit()).toBe(submissions);
		expect(calls).toHaveLength(1);
	});
});
