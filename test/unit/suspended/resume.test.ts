import { resumeRuns } from '../../../nodes/Magnific/suspended/resume';
import { suspending, statuses } from '../support/suspendedExecution';

jest.mock('../../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../support/virtualSystemClock'),
);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const suspend = suspending(resumeRuns);

/** What makes a callback tell of an end, but of no result. */
const WITHOUT_RESULT = { status: undefined, result: undefined };
const START = { event: 'started', status: undefined, result: undefined };

describe('a suspended execution', () => {
	it('goes on once where two callbacks tell its end at the same moment', async () => {
		const { callBack, wentOn } = suspend({ runs: ['a'] });
		const answers = await Promise.all([callBack(0, 'a'), callBack(0, 'a')]);
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		expect(wentOn).toHaveLength(1);
	});

	it('goes on once where it does so while another call waits for the credential', async () => {
		const { callBack, wentOn } = suspend({ runs: ['a'] });
		let read = (): void => undefined;
		const ready = new Promise<void>((resolve) => (read = resolve));
		const late = callBack(0, 'a', {}, { ready });
		expect(statuses((await callBack(0, 'a')).items)).toEqual([['a', 'completed']]);
		read();
		expect(await late).toMatchObject({ status: 200, items: undefined });
		expect(wentOn).toHaveLength(1);
	});

	it('is watched over from the first callback on by a process that was not there before', async () => {
		const { callBack, said, clock } = suspend({ runs: ['a', 'b'], isEarly: true });
		await callBack(0, 'a', START);
		await clock.advance(2 * MINUTE);
		expect(said).toContain('look');
	});

	it('goes on with what looks have told, by a call of its own', async () => {
		const { say, api, wentOn, said, clock } = suspend({ runs: ['a', 'b'] });
		for (const run_id of ['a', 'b']) api.set(run_id, 'completed');
		expect((await say('look')).items).toBeUndefined();
		await clock.advance(0);
		expect(said).toEqual(['resume']);
		expect(wentOn.map(statuses)).toEqual([
			[
				['a', 'completed'],
				['b', 'completed'],
			],
		]);
	});

	it('gives out what is known when its time is up while a round of looks is under way', async () => {
		const { callBack, say, silence, clock } = suspend({ runs: ['a', 'b'] });
		await callBack(1, 'b');
		await clock.advance(10 * MINUTE);
		silence();
		await say('look');
		const { items } = await clock.run(say('end'), MINUTE);
		expect(statuses(items)).toEqual([
			['a', 'running'],
			['b', 'completed'],
		]);
	});

	it('gives out what is known when its time is up while a call to go on reads the runs', async () => {
		const { callBack, say, silence, clock } = suspend({ runs: ['a', 'b'] });
		await callBack(1, 'b');
		silence();
		const goesOn = say('resume');
		await clock.advance(0);
		void say('end');
		const { items } = await clock.run(goesOn, MINUTE);
		expect(statuses(items)).toEqual([
			['a', 'running'],
			['b', 'completed'],
		]);
	});

	it('takes a result that a callback tells while a round of looks is under way', async () => {
		const { callBack, say, silence, asked } = suspend({ runs: ['a'] });
		silence();
		await say('look');
		expect(statuses((await callBack(0, 'a')).items)).toEqual([['a', 'completed']]);
		expect(asked).toEqual(['a']);
	});

	it('looks again at a run whose end a callback told before the API did', async () => {
		const { callBack, say, api, asked, clock } = suspend({ runs: ['a', 'b'] });
		api.set('a', 'running');
		await callBack(0, 'a', WITHOUT_RESULT);
		expect(asked).toEqual(['a']);
		await say('look');
		await clock.advance(0);
		expect(asked).toEqual(['a', 'a']);
	});

	it('looks at a run whose end was told while the credential could not be read', async () => {
		const { callBack, say, api, asked, clock } = suspend({ runs: ['a', 'b', 'c'] });
		const ready = Promise.reject(new Error('The secret store is down'));
		expect(await callBack(0, 'a', {}, { ready })).toMatchObject({ status: 503, items: undefined });
		api.set('a', 'completed');
		await callBack(1, 'b');
		await say('look');
		await clock.advance(0);
		expect(asked).toEqual(['a']);
	});

	it('gives out the app of a run whose callback tells none', async () => {
		const { callBack } = suspend({ runs: ['a'] });
		const [item] = (await callBack(0, 'a')).items ?? [];
		expect(item?.json).toMatchObject({ app_id: 'uqzQLDr2Aw', app_name: 'Product Photo' });
	});

	it('tells in n8n’s log of a run that only a callback has told of', async () => {
		const { callBack, log, clock } = suspend({ runs: ['a'], queued: 1 });
		await callBack(1, 'b', START);
		await clock.advance(5 * SECOND);
		expect(log).toEqual(['Magnific: started runs item 1: b']);
	});

	it('goes on with a run of which only the URL of a later one tells, and tells of it in the log', async () => {
		const { callBack, api, log, wentOn, clock } = suspend({
			runs: ['a'],
			queued: 2,
			isEarly: true,
		});
		api.set('b', 'completed');
		await callBack(2, 'c', {}, { earlier: [{ itemIndex: 1, run_id: 'b' }] });
		await callBack(0, 'a');
		await clock.advance(5 * SECOND);
		expect(wentOn.map(statuses)).toEqual([['a', 'b', 'c'].map((run_id) => [run_id, 'completed'])]);
		expect(log).toEqual(['Magnific: started runs item 1: b, item 2: c']);
	});

	it('goes on with a run that only callbacks have told of, in the place of its item', async () => {
		const { callBack } = suspend({ runs: ['a'], queued: 1 });
		expect((await callBack(1, 'b')).items).toBeUndefined();
		expect(statuses((await callBack(0, 'a')).items)).toEqual([
			['a', 'completed'],
			['b', 'completed'],
		]);
	});

	it('gives out what it has, long before Max Wait, where the process that started its runs has died', async () => {
		const { callBack, wentOn, clock } = suspend({ runs: ['a'], queued: 1, isEarly: true });
		await callBack(0, 'a');
		await clock.advance(10 * MINUTE);
		const [items = []] = wentOn;
		expect(statuses(items.slice(0, 1))).toEqual([['a', 'completed']]);
		expect(items[1]?.json['error']).toMatch(/n8n ended before it had saved/);
	});
});
