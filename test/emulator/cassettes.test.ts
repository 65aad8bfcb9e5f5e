import { startEmulator, type Emulator } from '../../emulator';
import { findings } from '../../scripts/lib/live/assumptions';
import { readCassettes } from '../../scripts/lib/live/cassettes';
import type { Exchange } from '../../scripts/lib/live/exchange';
import { shapeOf } from '../../scripts/lib/live/shape';
import { field, items, record } from './support/client';
import { emulatorBodies } from './support/emulatorAnswers';

const cassettes = [...readCassettes()];

/** Without those whose body is a file, or a word of the storage. */
const replayed = cassettes.flatMap(([name, { exchanges }]) =>
	exchanges
		.filter(({ route }) => !['put_upload', 'file', 'unknown'].includes(route))
		.map((exchange) => [`${name}, ${exchange.step}`, exchange] as const),
);

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: 1_000, requestsPerMinute: 5_000 });
});
afterAll(() => emulator.close());

const told = ({ route, request, answer }: Exchange): unknown =>
	route === 'callback' ? request.body : answer?.body;

/** What the emulator cannot answer, or say in a callback, as this exchange has it. */
async function strange(exchange: Exchange): Promise<string[]> {
	const can = new Set(
		(await emulatorBodies(emulator, exchange)).flatMap((body) => [...shapeOf(body)]),
	);
	return [...shapeOf(told(exchange))].filter((line) => !can.has(line));
}

it('has cassettes of every kind of answer that the vendor has published', () => {
	expect(cassettes.map(([name]) => name)).toEqual(
		expect.arrayContaining([
			...['list', 'mine', 'get_app', 'run', 'get_run', 'request_upload', 'uploads', 'creations'],
			...['credit_usage', 'team'],
		]),
	);
});

it.each(cassettes)('holds %s against the parsers', async (_name, { origin, exchanges }) => {
	const rows = await findings(exchanges);
	expect(rows.filter(({ verdict }) => verdict === 'breaks')).toEqual([]);
	// Published examples leave fields out; live answers are to be as node and emulator have them.
	const differing =
		origin === 'published examples' ? [] : rows.filter(({ verdict }) => verdict === 'differs');
	expect(differing).toEqual([]);
});

it.each(replayed)(
	'finds the shape of %s among what the emulator can answer',
	async (_name, exchange) => {
		expect(await strange(exchange)).toEqual([]);
	},
);

describe('a shape that the emulator cannot answer', () => {
	const run = cassettes.find(([name]) => name === 'get_run')?.[1].exchanges[1];
	const changed = (change: (data: Record<string, unknown>) => unknown): Exchange => {
		if (!run?.answer) throw new Error('There is no run');
		const body = { data: change(record(field(run.answer.body, 'data'))) };
		return { ...run, answer: { ...run.answer, body } };
	};

	it.each([
		['a field more', changed((data) => ({ ...data, priority: 1 })), ['data.priority number']],
		['another type', changed((data) => ({ ...data, started_at: 1 })), ['data.started_at number']],
		['another wrapper', changed((data) => items([data])), ['data list', 'data[] object']],
	])('is found: %s', async (_name, exchange, lines) => {
		expect(await strange(exchange)).toEqual(expect.arrayContaining(lines));
	});

	it('is found: a status that it never has', async () => {
		if (!run?.answer) throw new Error('There is no run');
		expect(await strange({ ...run, answer: { ...run.answer, status: 418 } })).not.toEqual([]);
	});
});
