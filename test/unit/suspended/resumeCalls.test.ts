import type { IWebhookFunctions } from 'n8n-workflow';
import { parkMemories } from '../../../nodes/Magnific/suspended/memories';
import { resumeRuns } from '../../../nodes/Magnific/suspended/resume';
import { OTHER_PARK, SELF_CALL_HEADER } from '../../../nodes/Magnific/suspended/selfCall';
import { suspending, statuses } from '../support/suspendedExecution';

jest.mock('../../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../support/virtualSystemClock'),
);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const suspend = suspending(resumeRuns);

const START = { event: 'started', status: undefined, result: undefined };
/** The end, without what has become of the run. */
const END = { status: undefined, result: undefined };
const NOTED = { status: 200, message: 'Noted', items: undefined };
const UNREAD = { status: 503, message: 'The run could not be read from the API', items: undefined };

const isContext = (context: object): context is IWebhookFunctions => 'getExecutionId' in context;

describe('a call for an execution', () => {
	it('that waits for nothing of Magnific is answered so', async () => {
		const { callBack } = suspend({ runs: ['a'], isUnsaved: true });
		expect(await callBack(0, 'a')).toMatchObject({
			status: 404,
			message: 'This execution does not wait for Magnific runs',
		});
	});

	it('that has gone on is answered without the credential', async () => {
		const { callBack, park, wentOn } = suspend({ runs: ['a'] });
		parkMemories.goneOn(park.id);
		const ready = Promise.reject(new Error('The secret store is down'));
		ready.catch(() => undefined);
		expect(await callBack(0, 'a', {}, { ready })).toMatchObject({
			status: 200,
			message: 'The execution goes on',
		});
		expect(wentOn).toEqual([]);
	});

	it('that n8n gives nothing to answer with leaves it suspended', async () => {
		const context = {
			evaluateExpression: () => {
				throw new Error('Broken');
			},
			getExecutionId: () => '12',
			logger: { warn: () => undefined },
		};
		if (!isContext(context)) throw new Error('The context is not whole');
		expect(await resumeRuns.call(context)).toEqual({});
	});
});

describe('a callback that is refused', () => {
	it('makes its run looked at, and is said once in n8n’s log with what to compare', async () => {
		const { callBack, asked, api, log } = suspend({ runs: ['a', 'b'] });
		for (const run_id of ['a', 'b']) api.set(run_id, 'running');
		const refused = { status: 401, message: 'The signature is wrong', items: undefined };
		expect(await callBack(0, 'a', {}, { secret: 'other' })).toMatchObject(refused);
		expect(await callBack(1, 'b', {}, { secret: 'other' })).toMatchObject(refused);
		expect(asked.slice(0, 2)).toEqual(['a', 'b']);
		expect(log).toEqual([
			expect.stringMatching(/execution 12 .*refuses calls: .* wrong\. Compare the webhook signing/),
		]);
	});

	it('as too old is said with the clock to look at', async () => {
		const { callBack, log, api } = suspend({ runs: ['a'] });
		api.set('a', 'running');
		const answer = await callBack(0, 'a', {}, { ageMs: 10 * MINUTE });
		expect(answer).toMatchObject({ status: 401, message: 'The signature is stale' });
		expect(log).toEqual([expect.stringMatching(/stale\. It is more than five minutes old.*clock/)]);
	});

	it('of a run that is waited for is said also where its URL is not the item’s', async () => {
		const { callBack, log, asked } = suspend({ runs: ['a'] });
		await callBack(0, 'a', {}, { secret: 'other', isOnOwnUrl: false });
		expect(log).toHaveLength(1);
		expect(asked).toEqual([]);
	});

	it('of somebody else is not said, and no run is looked at for it', async () => {
		const { callBack, log, asked } = suspend({ runs: ['a'] });
		const answer = await callBack(0, 'foreign', {}, { secret: 'other', isOnOwnUrl: false });
		expect(answer.status).toBe(401);
		expect([log, asked]).toEqual([[], []]);
	});

	it('for its end lets the execution go on where the look says so, and is still refused', async () => {
		const { callBack, api } = suspend({ runs: ['a'] });
		api.set('a', 'completed');
		const answer = await callBack(0, 'a', {}, { secret: 'other' });
		expect(answer).toMatchObject({ status: 401, message: 'The signature is wrong' });
		expect(statuses(answer.items)).toEqual([['a', 'completed']]);
	});

	it('is none of those without a secret in the credential: the run is looked at', async () => {
		const { callBack, api, log, asked } = suspend({ runs: ['a'], webhookSecret: '' });
		api.set('a', 'completed');
		const { items } = await callBack(0, 'a', {}, { secret: 'any' });
		expect(statuses(items)).toEqual([['a', 'completed']]);
		expect([asked, log]).toEqual([['a'], []]);
	});
});

describe('a callback', () => {
	it('of a start is noted without a look, and no look is made for it later', async () => {
		const { callBack, say, asked, clock } = suspend({ runs: ['a'] });
		expect(await callBack(0, 'a', START)).toMatchObject(NOTED);
		await say('look');
		await clock.advance(SECOND);
		expect(asked).toEqual([]);
	});

	it('of an end is answered so that it comes again where the API does not know the run', async () => {
		const { callBack, clock, say, asked } = suspend({ runs: ['a', 'b'] });
		expect(await clock.run(callBack(0, 'a', END), 10 * MINUTE)).toMatchObject(UNREAD);
		await callBack(1, 'b');
		const before = asked.length;
		await say('look');
		await clock.advance(0);
		expect(asked.length).toBeGreaterThan(before);
	});

	it('of an end that does not say how is noted where the API still calls the run going', async () => {
		const { callBack, api } = suspend({ runs: ['a', 'b'] });
		api.set('a', 'running');
		expect(await callBack(0, 'a', END)).toMatchObject(NOTED);
	});

	it('leaves the execution suspended while others go', async () => {
		const { callBack, asked } = suspend({ runs: ['a', 'b'] });
		expect(await callBack(0, 'a')).toMatchObject(NOTED);
		expect(await callBack(0, 'a')).toMatchObject(NOTED);
		expect(asked).toEqual([]);
	});

	it('starts no watch in the process that was there from the start', async () => {
		const { callBack, said, clock } = suspend({ runs: ['a', 'b'] });
		await callBack(0, 'a');
		await clock.advance(10 * MINUTE);
		expect(said).toEqual([]);
	});

	it('makes the others looked at where no callback of theirs is certain to come', async () => {
		const { callBack, asked, api, clock } = suspend({ runs: ['a', 'b'], isEarly: true });
		api.set('b', 'running');
		await callBack(0, 'a');
		await clock.advance(0);
		expect(asked).toEqual(['b']);
	});

	it('of a start is no reason for a look where the credential could not be read', async () => {
		const { callBack, say, asked, clock } = suspend({ runs: ['a', 'b'] });
		const ready = Promise.reject(new Error('The secret store is down'));
		expect((await callBack(0, 'a', START, { ready })).status).toBe(503);
		await callBack(1, 'b');
		await say('look');
		await clock.advance(0);
		expect(asked).toEqual([]);
	});
});

describe('a callback of a run that is not known', () => {
	/** An id under a name that may be another thing’s. */
	const likely = (id: string) => ({ run_id: undefined, id, ...END });

	it('is the item’s where the API knows the run', async () => {
		const { callBack, api, asked, wentOn } = suspend({ runs: ['a'], queued: 1 });
		api.set('b', 'completed');
		expect(await callBack(1, '', likely('b'))).toMatchObject(NOTED);
		expect(asked[0]).toBe('b');
		await callBack(0, 'a');
		expect(wentOn.map(statuses)).toEqual([['a', 'b'].map((run_id) => [run_id, 'completed'])]);
	});

	it('is nothing where the API does not know it', async () => {
		const { callBack, clock, log } = suspend({ runs: ['a'], queued: 1 });
		expect(await clock.run(callBack(1, '', likely('b')), 10 * MINUTE)).toMatchObject(UNREAD);
		expect((await callBack(0, 'a')).items).toBeUndefined();
		await clock.advance(10 * SECOND);
		expect(log).toEqual([]);
	});

	it('is looked at for a start too, where only the look is certain', async () => {
		const { callBack, api, asked } = suspend({ runs: ['a'], queued: 1 });
		api.set('b', 'running');
		await callBack(1, '', { ...likely('b'), event: 'started' });
		expect(asked).toEqual(['b']);
	});

	it('changes nothing of an item whose run is known', async () => {
		const { callBack, log, clock } = suspend({ runs: ['a', 'b'], queued: 1 });
		await callBack(0, 'a', START, { earlier: [{ itemIndex: 1, run_id: 'other' }] });
		await clock.advance(10 * SECOND);
		expect(log).toEqual([]);
	});
});

describe('what the node says to its own execution', () => {
	it('is refused where it was not made for this park', async () => {
		const { call } = suspend({ runs: ['a'] });
		expect(await call({ headers: { [SELF_CALL_HEADER]: '1.abc' } })).toMatchObject({
			status: 401,
			message: OTHER_PARK,
		});
	});

	it('is refused where it is old, which is said once', async () => {
		const { say, log, api } = suspend({ runs: ['a'] });
		api.set('a', 'completed');
		for (let time = 0; time < 2; time += 1) {
			expect(await say('end', {}, 10 * MINUTE)).toMatchObject({
				status: 401,
				message: 'The signature is stale',
				items: undefined,
			});
		}
		expect(log).toEqual([expect.stringContaining('stale')]);
	});

	it('makes it look, and leaves it suspended', async () => {
		const { say, api, asked, clock } = suspend({ runs: ['a'] });
		api.set('a', 'running');
		expect(await say('look')).toMatchObject({ ...NOTED, more: { over: [] } });
		await clock.advance(SECOND);
		expect(asked).toEqual(['a']);
	});

	it('makes it look at nothing while callbacks come', async () => {
		const { callBack, say, asked, clock } = suspend({ runs: ['a', 'b'] });
		await callBack(0, 'a');
		await say('look');
		await clock.advance(SECOND);
		expect(asked).toEqual([]);
	});

	it('does not make it go on while a run still goes', async () => {
		const { say, api, clock } = suspend({ runs: ['a'] });
		api.set('a', 'running');
		expect(await clock.run(say('resume'), MINUTE)).toMatchObject({ status: 200, items: undefined });
	});

	it('makes it go on where a call to do so has got lost', async () => {
		const { say, api, clock, call } = suspend({ runs: ['a'] });
		api.set('a', 'completed');
		await clock.run(call({}), MINUTE);
		await clock.run(say('look'), MINUTE);
		await clock.advance(SECOND);
		expect((await say('submitting')).message).toBe('The execution goes on');
	});

	it('ends it with what is known, when the time is up', async () => {
		const { say, api, clock } = suspend({ runs: ['a'] });
		api.set('a', 'running');
		const { items } = await clock.run(say('end'), 10 * MINUTE);
		expect(statuses(items)).toEqual([['a', 'running']]);
	});

	it('tells it of runs that another process starts, and has it watched over from then on', async () => {
		const { say, said, park, clock, asked, api } = suspend({ runs: ['a'], queued: 2 });
		const memory = parkMemories.of(park, clock.now());
		const heardAt = clock.now();
		api.set('a', 'running');
		const answer = await say('submitting', { runs: { 1: 'b' }, isShared: true });
		expect(answer).toMatchObject({ ...NOTED, more: { over: [], heardAt } });
		expect(memory?.task).toEqual({ heardAt, isShared: true });
		expect(memory?.late.get(1)).toMatchObject({ kind: 'started', run_id: 'b' });
		await clock.advance(0);
		expect(asked).toEqual([]);
		await clock.advance(29 * SECOND);
		expect(said).toEqual([]);
		await clock.advance(2 * SECOND);
		expect(said).toEqual(['look']);
	});

	it('changes nothing of that where this process starts the runs itself', async () => {
		const { say, said, park, clock } = suspend({ runs: ['a'], queued: 1 });
		const memory = parkMemories.of(park, clock.now());
		if (memory) memory.isSubmitting = true;
		await say('submitting', { isShared: true });
		await clock.advance(40 * SECOND);
		expect(memory?.task).toBeUndefined();
		expect(said).toEqual([]);
	});

	it('asks which of its runs have made room for others', async () => {
		const { say, callBack } = suspend({ runs: ['a', 'b', 'c'] });
		await callBack(0, 'a');
		await callBack(1, 'b');
		const { more } = await say('submitting', { going: [1, 2] });
		expect(more).toMatchObject({ over: [1] });
		expect(typeof more['by']).toBe('string');
	});

	it('is logged of a run only by a process that does not start them', async () => {
		const { callBack, log, park, clock } = suspend({ runs: ['a'], queued: 1 });
		const memory = parkMemories.of(park, clock.now());
		if (memory) memory.isSubmitting = true;
		await callBack(1, 'b', START);
		await clock.advance(10 * SECOND);
		expect(log).toEqual([]);
	});
});
