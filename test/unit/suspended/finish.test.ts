import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { createClient } from '../../../nodes/Magnific/api/client';
import { callFailed } from '../../../nodes/Magnific/runs/failures';
import { finishPark } from '../../../nodes/Magnific/suspended/finish';
import { newMemory, noteEnd, type ParkMemory } from '../../../nodes/Magnific/suspended/looks';
import type { Park } from '../../../nodes/Magnific/suspended/state';
import { app, refused, run } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';
import { itemOptions, parkedItem, parkOf, queuedItem } from '../support/parks';

type Context = IExecuteFunctions & IWebhookFunctions;

const isContext = (context: IExecuteFunctions): context is Context => 'getCredentials' in context;

const finished = async (park: Park, memory: ParkMemory): Promise<unknown[][]> => {
	const { context } = nodeContext();
	if (!isContext(context)) throw new Error('The context is not whole');
	const outputs = await finishPark(context, await createClient(context), park, memory);
	return outputs.map((items) => items.map(({ json, pairedItem }) => ({ json, pairedItem })));
};

const ended = (park: Park, ...names: string[]): ParkMemory => {
	const memory = newMemory();
	for (const parked of park.runs) {
		if (!names.includes(parked.run_id)) continue;
		noteEnd(memory, parked, run({ run_id: parked.run_id }), park.parkedAt);
	}
	return memory;
};

describe('what a parked execution goes on with', () => {
	it('is all its items in the order in which they came, those that had failed before the park too', async () => {
		const park = parkOf({
			failures: [callFailed(1, refused(400), app())],
			runs: [parkedItem(2, 'secondRun0'), parkedItem(0, 'firstRun00')],
			queued: [],
		});
		const [items, ...others] = await finished(park, ended(park, 'firstRun00', 'secondRun0'));
		expect(others).toEqual([]);
		expect(items).toMatchObject([
			{ json: { run_id: 'firstRun00', status: 'completed' }, pairedItem: { item: 0 } },
			{ json: { details: { status: 'not_started' } }, pairedItem: { item: 1 } },
			{ json: { run_id: 'secondRun0', status: 'completed' }, pairedItem: { item: 2 } },
		]);
	});

	it('is also a run that is not over, as an item and never as an error', async () => {
		const park = parkOf({
			runs: [parkedItem(0, 'firstRun00', { options: itemOptions({ onTimeout: 'error' }) })],
			queued: [],
		});
		const [items] = await finished(park, newMemory());
		expect(items).toMatchObject([{ json: { run_id: 'firstRun00', status: 'running' } }]);
		expect(items).not.toHaveProperty([0, 'json', 'error']);
	});

	it('keeps what else the item wanted of its run', async () => {
		const park = parkOf({
			runs: [
				parkedItem(0, 'firstRun00', {
					options: itemOptions({ onPartial: 'error', metadata: { order: '12' } }),
				}),
			],
			queued: [],
		});
		const memory = newMemory();
		const [parked] = park.runs;
		if (!parked) throw new Error('There is no run');
		noteEnd(memory, parked, run({ run_id: 'firstRun00', status: 'partial' }), park.parkedAt);
		const [items] = await finished(park, memory);
		expect(items).toMatchObject([{ json: { details: { run_id: 'firstRun00' } } }]);
		const done = await finished(park, ended(park, 'firstRun00'));
		expect(done).toMatchObject([[{ json: { metadata: { order: '12' } } }]]);
	});

	it('says of an item that nobody has told of that its run may be in the log', async () => {
		const park = parkOf({ runs: [], queued: [queuedItem(0)] });
		const [items] = await finished(park, newMemory());
		expect(items).toMatchObject([{ json: { details: { run_id: null, status: 'unknown' } } }]);
		expect(JSON.stringify(items)).toContain('n8n ended before it had saved');
	});
});
