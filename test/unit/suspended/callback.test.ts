import { readCallback } from '../../../nodes/Magnific/suspended/callback';
import { callbackUrl, newParkKey } from '../../../nodes/Magnific/suspended/callbackUrl';

const key = newParkKey();
const runs = ['firstRun00', 'secondRun0'].map((run_id, itemIndex) => ({
	itemIndex,
	run_id,
	app: undefined,
	since: 0,
}));
const query = Object.fromEntries(
	new URL(callbackUrl('https://n8n.example.com/1', key, 0)).searchParams,
);

const read = (body: unknown) =>
	readCallback(
		{ query, request: { headers: {}, rawBody: Buffer.from(JSON.stringify(body)), body } },
		{ ...key, runs, open: [] },
		0,
	);

describe('a callback on the URL of one item', () => {
	it.each([
		{ event: 'finished', run_id: 'elsewhere0' },
		{ event: 'finished', workflow_run_identifier: 'elsewhere0', status: 'completed' },
		{ event: 'finished', data: { run: { id: 'elsewhere0' } } },
		{ event: 'finished', id: 'secondRun0' },
	])('is of another run where it names one: %j', (body) => {
		expect(read(body)).toMatchObject({ isOfAnother: true, isOfItem: true });
	});

	it.each([
		{ event: 'finished', id: 'delivery-1' },
		{ event: 'finished' },
		{},
		{ event: 'finished', run_id: 'firstRun00' },
	])('is of its own run where it names no other: %j', (body) => {
		expect(read(body)).toMatchObject({ isOfAnother: false, parked: { run_id: 'firstRun00' } });
	});
});
