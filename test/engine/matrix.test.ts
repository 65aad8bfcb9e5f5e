import { cells, titleOf } from './matrix/cells';
import { play, promisedBy } from './matrix/execution';
import { keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { readLog } from './support/logFile';
import { brokenPromises } from './support/promises';
import { startWaitingN8n, type WaitingN8n } from './support/waitingN8n';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);
jest.mock('../../nodes/Magnific/callbacks/signature', () =>
	jest.requireActual<object>('./support/realSignatures'),
);

const local = localMagnific();

describe('the promises are kept with', () => {
	let n8n: WaitingN8n;
	let red: Buffer;

	beforeAll(async () => {
		n8n = await startWaitingN8n();
		red = await picture('red');
		await keepFilesIn('memory');
	});

	afterAll(async () => {
		await n8n.close();
	});

	it.each(cells().map((cell) => [titleOf(cell), cell] as const))('%s', async (_, cell) => {
		const outcomes = await play(cell, local, n8n, red);
		const [runs, requests] = [await local.control.runs(), await local.requests()];
		const books = { runs, requests, outcomes, log: await readLog() };
		expect([...n8n.troubles.splice(0), ...brokenPromises(promisedBy(cell), books)]).toEqual([]);
	});
});
