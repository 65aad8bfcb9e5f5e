import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import type { Submission } from '../../../nodes/Magnific/runs/submit';
import { itemIn } from '../../../nodes/Magnific/suspended/callbackUrl';
import { newMemory, noteEnd, type ParkMemory } from '../../../nodes/Magnific/suspended/looks';
import { PROCESS } from '../../../nodes/Magnific/suspended/memories';
import { parkedSide } from '../../../nodes/Magnific/suspended/parkedSide';
import { readSelfCall, SELF_CALL_HEADER } from '../../../nodes/Magnific/suspended/selfCall';
import type { Park } from '../../../nodes/Magnific/suspended/state';
import { Submissions, type ParkedSide } from '../../../nodes/Magnific/suspended/submissions';
import { refused, run, world } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';
import { parkedItem, parkOf, queuedItem } from '../support/parks';

const started = (run_id: string): Submission => ({ kind: 'started', run_id, since: 0 });
const GONE = { statusCode: 404, body: { code: 0, message: 'The execution "12" does not exist.' } };
const taken = (body: unknown = {}) => ({ statusCode: 200, body });

interface Here {
	side: ParkedSide;
	park: Park;
	memory: ParkMemory;
	/** What has come of an item: its submission tells the parked execution. */
	comes: (itemIndex: number, submission: Submission) => void;
	/** What the parked execution was told, in turn. */
	told: unknown[];
}

/** A park with a run for item 0, while items 1 to 3 have none; `answers`: to its calls, in turn. */
const sideOf = (answers: unknown[] = [], maxConcurrentRuns = 0): Here => {
	const park = parkOf({ queued: [1, 2, 3].map((itemIndex) => queuedItem(itemIndex)) });
	const memory = newMemory();
	const told: unknown[] = [];
	const httpRequest = async ({ headers, body }: IHttpRequestOptions): Promise<unknown> => {
		const text = typeof body === 'string' ? body : '';
		const call = readSelfCall(park, headers?.[SELF_CALL_HEADER], text, Date.now());
		told.push(typeof call === 'object' && call.call === 'submitting' ? call.news : call);
		return await Promise.resolve(answers[told.length - 1] ?? taken());
	};
	const context: IExecuteFunctions = nodeContext({ more: { helpers: { httpRequest } } }).context;
	const submissions = new Submissions(world().seams, { maxWaitMs: 60_000, maxConcurrentRuns });
	const side = parkedSide(context, park, memory, submissions);
	const comes = (itemIndex: number, submission: Submission): void => {
		submissions.outcomes.set(itemIndex, submission);
		side.note(itemIndex, submission);
	};
	return { side, park, memory, comes, told };
};

describe('what comes of submissions after the park', () => {
	it('is known to this process at once, of the items that had no run', () => {
		const { comes, memory } = sideOf();
		comes(0, started('firstRun00'));
		comes(1, started('secondRun0'));
		expect([...memory.late]).toEqual([[1, started('secondRun0')]]);
		expect(memory.lastLateAt).toBeGreaterThan(0);
	});

	it('is told to the parked execution: ids, and the reasons of the others', async () => {
		const { comes, side, told } = sideOf();
		const error = refused(402);
		comes(1, started('secondRun0'));
		comes(2, { kind: 'not_started', error });
		expect(await side.tell()).toBe('taken');
		expect(told).toEqual([
			{
				runs: { 1: 'secondRun0' },
				others: [
					{
						kind: 'not_started',
						error: { message: error.message, advice: error.advice, httpCode: 402 },
						items: [2],
					},
				],
				isShared: false,
				going: [],
			},
		]);
	});

	it('is told once', async () => {
		const { comes, side, told } = sideOf();
		comes(1, started('secondRun0'));
		await side.tell();
		comes(2, started('thirdRun00'));
		await side.tell();
		await side.tell();
		expect(told).toMatchObject([
			{ runs: { 1: 'secondRun0' } },
			{ runs: { 2: 'thirdRun00' } },
			{ runs: {} },
		]);
		expect(told[1]).not.toHaveProperty('runs.1');
	});

	it('is told again where nobody has heard it', async () => {
		const { comes, side, told } = sideOf([{ statusCode: 502, body: '' }, GONE]);
		comes(1, started('secondRun0'));
		expect(await side.tell()).toBe('unheard');
		expect(await side.tell()).toBe('gone');
		expect(told).toMatchObject([{ runs: { 1: 'secondRun0' } }, { runs: { 1: 'secondRun0' } }]);
	});

	it('is told where it came while something else of the item was being told', async () => {
		const { comes, side, told } = sideOf();
		comes(1, { kind: 'unknown', error: refused(500) });
		const telling = side.tell();
		comes(1, started('secondRun0'));
		await telling;
		await side.tell();
		expect(told).toMatchObject([{ runs: {} }, { runs: { 1: 'secondRun0' } }]);
	});
});

describe('the process that gets the calls', () => {
	it('is this one until another answers', async () => {
		const { side } = sideOf([taken({ by: PROCESS }), taken({ by: 'another process' })]);
		expect(side.isElsewhere()).toBe(false);
		await side.tell();
		expect(side.isElsewhere()).toBe(false);
		await side.tell();
		expect(side.isElsewhere()).toBe(true);
	});

	it.each([taken(), taken(undefined), taken('OK'), GONE])(
		'is not another where the answer does not say so: %j',
		async (answer) => {
			const { side } = sideOf([answer]);
			await side.tell();
			expect(side.isElsewhere()).toBe(false);
		},
	);

	it('is told when several have answered', async () => {
		const { side, told } = sideOf([
			taken({ by: 'one' }),
			taken({ by: 'one' }),
			taken({ by: 'two' }),
		]);
		for (let calls = 0; calls < 4; calls++) await side.tell();
		expect(told).toMatchObject([false, false, false, true].map((isShared) => ({ isShared })));
	});
});

describe('a run that holds a place', () => {
	it('is over when this process knows its end', () => {
		const { side, comes, memory } = sideOf();
		comes(1, started('secondRun0'));
		expect(side.isOver(1)).toBe(false);
		noteEnd(memory, parkedItem(1, 'secondRun0'), run({ run_id: 'secondRun0' }), 0);
		expect(side.isOver(1)).toBe(true);
	});

	it('is over when another process says so', async () => {
		const { side, comes } = sideOf([taken({ by: 'another', over: [1] })]);
		comes(1, started('secondRun0'));
		comes(2, started('thirdRun00'));
		await side.tell();
		expect([side.isOver(1), side.isOver(2)]).toEqual([true, false]);
	});

	it('is none where it was not started', () => {
		const { side, comes } = sideOf();
		comes(1, { kind: 'not_started', error: refused(402) });
		expect([side.isOver(1), side.isOver(2)]).toEqual([true, true]);
	});

	it('is asked for where places are limited and another process gets the callbacks', async () => {
		const { side, comes, told } = sideOf([taken({ by: 'another', over: [1] })], 2);
		comes(1, started('secondRun0'));
		comes(2, started('thirdRun00'));
		comes(3, { kind: 'not_started', error: refused(402) });
		await side.tell();
		await side.tell();
		expect(told).toMatchObject([{ going: [] }, { going: [2] }]);
	});

	it.each([
		['places are not limited', 0, 'another'],
		['this process gets the callbacks', 2, PROCESS],
	])('is not asked for where %s', async (_, maxConcurrentRuns, by) => {
		const { side, comes, told } = sideOf([taken({ by })], maxConcurrentRuns);
		comes(1, started('secondRun0'));
		await side.tell();
		await side.tell();
		expect(told).toMatchObject([{ going: [] }, { going: [] }]);
	});
});

describe('the address of an item’s run', () => {
	const readUrl = (url: string, park: Park) =>
		itemIn(Object.fromEntries(new URL(url).searchParams), park);

	it('is that of the parked execution, signed for the item', () => {
		const { side, park } = sideOf();
		expect(new URL(side.callbackUrl(2)).origin).toBe(new URL(park.resumeUrl).origin);
		expect(readUrl(side.callbackUrl(2), park)).toEqual({ named: '2', isSigned: true, earlier: [] });
	});

	it('tells of the runs that were started since the park, as long as URLs may be', () => {
		const { side, park, comes } = sideOf();
		comes(0, started('firstRun00'));
		comes(1, started('secondRun0'));
		comes(2, { kind: 'unknown', error: refused(500) });
		const url = side.callbackUrl(3);
		expect(readUrl(url, park).earlier).toEqual([{ itemIndex: 1, run_id: 'secondRun0' }]);
		comes(2, started('x'.repeat(300)));
		expect(side.callbackUrl(3).length).toBeLessThanOrEqual(255);
	});

	it('is called until the deadline of the park', () => {
		const { side, park } = sideOf();
		expect(side.endsAt()).toBe(park.deadline);
	});
});
