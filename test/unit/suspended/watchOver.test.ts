import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { parkMemories, PROCESS, servesSince } from '../../../nodes/Magnific/suspended/memories';
import type { ParkMemory } from '../../../nodes/Magnific/suspended/looks';
import { readSelfCall, SELF_CALL_HEADER } from '../../../nodes/Magnific/suspended/selfCall';
import type { Park } from '../../../nodes/Magnific/suspended/state';
import { watchOver } from '../../../nodes/Magnific/suspended/watchOver';
import { nodeContext } from '../support/nodeContext';
import { parkedItem, parkOf } from '../support/parks';
import { VirtualClock } from '../support/virtualClock';
import { mockTime } from '../support/virtualSystemClock';

jest.mock('../../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../support/virtualSystemClock'),
);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const TAKEN = { statusCode: 200, body: {} };

interface Watched {
	context: IExecuteFunctions;
	park: Park;
	memory: () => ParkMemory | undefined;
	/** What the parked execution was told, with the seconds since the park. */
	calls: Array<[what: string, after: number]>;
}

/** A park that was made just now, and the node that calls it. */
const parked = (own: Partial<Park> = {}, answer: () => unknown = () => TAKEN): Watched => {
	mockTime.clock = new VirtualClock(servesSince + 60 * MINUTE);
	const parkedAt = mockTime.clock.now();
	const park = parkOf({
		parkedAt,
		deadline: parkedAt + 30 * MINUTE,
		runs: [parkedItem(0, 'firstRun00', { since: parkedAt })],
		queued: [],
		...own,
	});
	const calls: Watched['calls'] = [];
	const httpRequest = async ({ headers, body }: IHttpRequestOptions): Promise<unknown> => {
		const text = typeof body === 'string' ? body : '';
		const now = mockTime.clock.now();
		const told = readSelfCall(park, headers?.[SELF_CALL_HEADER], text, now);
		calls.push([typeof told === 'object' ? told.call : String(told), (now - parkedAt) / SECOND]);
		return await Promise.resolve(answer());
	};
	const { context } = nodeContext({ more: { helpers: { httpRequest } } });
	return { context, park, calls, memory: () => parkMemories.of(park, mockTime.clock.now()) };
};

describe('who watches over a park', () => {
	it('calls it now and then until its time is up, and then ends it', async () => {
		const { context, park, calls } = parked();
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(40 * MINUTE);
		expect(calls).toEqual([
			['look', 30],
			['look', 90],
			['look', 210],
			['look', 450],
			['look', 750],
			['look', 1_050],
			['look', 1_350],
			['look', 1_650],
			['end', 1_800],
		]);
	});

	it('calls it more often where no callbacks come', async () => {
		const { context, park, calls } = parked();
		watchOver(context, park, { hasCallbacks: false });
		await mockTime.clock.advance(40 * SECOND);
		expect(calls).toEqual([
			['look', 5],
			['look', 15],
			['look', 35],
		]);
	});

	it('calls it at least once a minute while runs are still to be started', async () => {
		const { context, park, calls } = parked({ queued: parkOf().queued });
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(4 * MINUTE);
		expect(calls.map(([, after]) => after)).toEqual([30, 90, 150, 210]);
	});

	it('calls it at once where its oldest run may be over since before the park', async () => {
		const before = servesSince + 60 * MINUTE - 5 * MINUTE;
		const { context, park, calls } = parked({
			runs: [parkedItem(0, 'firstRun00', { since: before }), parkedItem(1, 'secondRun0')],
		});
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(2 * SECOND);
		expect(calls).toEqual([['look', 1]]);
	});

	it('watches once, however often it is asked to', async () => {
		const { context, park, calls } = parked();
		watchOver(context, park, { hasCallbacks: true });
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(31 * SECOND);
		expect(calls).toHaveLength(1);
	});

	it('does not begin with a park that has gone on', async () => {
		const { context, park, calls } = parked();
		parkMemories.goneOn(park.id);
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(31 * SECOND);
		expect(calls).toEqual([]);
		expect(mockTime.clock.sleeping).toBe(0);
	});

	it('stops when it has gone on', async () => {
		const { context, park, calls } = parked();
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(SECOND);
		parkMemories.goneOn(park.id);
		await mockTime.clock.advance(31 * SECOND);
		expect(calls).toEqual([]);
		expect(mockTime.clock.sleeping).toBe(0);
	});

	it('forgets it once n8n says that it is no more', async () => {
		const message = 'The execution "12" does not exist.';
		const { context, park, memory, calls } = parked({}, () => ({
			statusCode: 404,
			body: { message },
		}));
		watchOver(context, park, { hasCallbacks: true });
		expect(memory()).toBeDefined();
		await mockTime.clock.advance(31 * SECOND);
		expect(calls).toHaveLength(1);
		expect(memory()).toBeUndefined();
	});

	it('keeps what is known of it where nobody has ever heard the end', async () => {
		const { context, park, memory, calls } = parked({}, () => undefined);
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(40 * MINUTE);
		expect(calls.at(-1)?.[0]).toBe('end');
		expect(mockTime.clock.sleeping).toBe(0);
		expect(memory()).toBeDefined();
	});

	it('lets what is on its way end before it ends the wait, and not before', async () => {
		const { context, park, calls } = parked({ deadline: servesSince + 61 * MINUTE });
		const atTheEnd = jest.fn(async () => {
			await mockTime.clock.sleep(3 * SECOND);
		});
		watchOver(context, park, { hasCallbacks: true, atTheEnd });
		await mockTime.clock.advance(59 * SECOND);
		expect(atTheEnd).not.toHaveBeenCalled();
		await mockTime.clock.advance(MINUTE);
		expect(atTheEnd).toHaveBeenCalledTimes(1);
		expect(calls).toEqual([
			['look', 30],
			['end', 63],
		]);
	});

	it('notes when another process that answers has last heard who submits', async () => {
		const heardAt = servesSince + 60 * MINUTE + 7 * SECOND;
		const { context, park, memory } = parked({}, () => ({
			statusCode: 200,
			body: { by: 'another process', heardAt },
		}));
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(31 * SECOND);
		expect(memory()?.task).toEqual({ heardAt, isShared: true });
	});

	it.each([
		['itself', { by: PROCESS, heardAt: 1 }],
		['somebody without a word', 'OK'],
		['another process that has heard nobody', { by: 'another process' }],
	])('notes nothing where it was %s that answered', async (_, body) => {
		const { context, park, memory } = parked({}, () => ({ statusCode: 200, body }));
		watchOver(context, park, { hasCallbacks: true });
		await mockTime.clock.advance(31 * SECOND);
		expect(memory()?.task).toBeUndefined();
	});
});
