import { z } from 'zod';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import type { RunRecord } from '../../emulator/control/types';
import { systemClock } from '../../nodes/Magnific/api/clock';
import { signatureOf } from '../../nodes/Magnific/callbacks/signature';
import type { ParkMemory } from '../../nodes/Magnific/suspended/looks';
import { ParkMemories, parkMemories } from '../../nodes/Magnific/suspended/memories';
import { readLog } from './support/logFile';
import { localMagnific } from './support/localMagnific';
import { appRun, fields } from './support/parameters';
import type { NodeOutcome } from './support/runNode';
import { startWaitingN8n, type WaitingN8n, type WaitingRun } from './support/waitingN8n';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

// What hangs is red in seconds.
jest.setTimeout(15_000);

const local = localMagnific();
let n8n: WaitingN8n;

let memories: jest.SpyInstance<ParkMemory | undefined>;

beforeEach(async () => {
	n8n = await startWaitingN8n();
	memories = jest.spyOn(parkMemories, 'of');
});

afterEach(async () => {
	// Nobody watches any more over what a test has left suspended.
	for (const { value } of memories.mock.results) (value as ParkMemory | undefined)?.gone.abort();
	memories.mockRestore();
	await n8n.close();
});

const LONG_S = 100_000;

type InBetween = NonNullable<WaitingRun['inBetween']>;

const isOwn: (headers: Parameters<InBetween>[0]) => boolean = (headers) =>
	headers['x-magnific-node'] !== undefined;

/** The node’s own calls reach nobody: what is looked at, callbacks made it look at. */
const deafToItself: InBetween = (headers) => (isOwn(headers) ? 502 : undefined);

const hearsItself: InBetween = () => undefined;

/** Suspends a run for each headline; no callback comes but those that a test sends by hand. */
const suspend = async (
	count: number,
	{
		options = {},
		inBetween = deafToItself,
		...given
	}: Partial<Pick<WaitingRun, 'credential' | 'inBetween'>> & { options?: INodeParameters } = {},
): Promise<{ runs: RunRecord[]; ended: Promise<NodeOutcome> }> => {
	await local.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
	await local.control.settings({ durations: { [posterFromText.sqid]: LONG_S } });
	const ended = n8n.run({
		parameters: appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), {
			wait: 'webhook',
			options: { maxWait: 10_000, ...options },
		}),
		items: Array.from({ length: count }, () => ({ json: {} })),
		credential: local.credential,
		inBetween,
		...given,
	});
	await until(async () => (await local.control.runs()).length === count);
	const runs = await local.control.runs();
	const [first] = runs;
	// Until it is saved as waiting n8n refuses what comes.
	await until(async () => first === undefined || (await post(bare(first), {})) !== 409);
	// A slow machine makes the node look before it suspends.
	await local.control.clearRequests();
	return { runs, ended };
};

/** Run → Wait, suspended for a run that was started before. */
const waitOnceMore = async ({ run_id }: RunRecord, inBetween: InBetween): Promise<NodeOutcome> =>
	await n8n.run({
		parameters: {
			resource: 'run',
			operation: 'wait',
			runId: run_id,
			wait: 'webhook',
			options: { maxWait: 60 },
		},
		items: [{ json: {} }],
		credential: local.credential,
		inBetween,
	});

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
	for (let look = 0; look < 2_000; look += 1) {
		if (await isSo()) return;
		await sleep(5);
	}
	throw new Error('What was waited for did not come');
};

interface Signing {
	/** Undefined: not signed. */
	secret?: string;
	/** How far the time of the signature is off, s. */
	off?: number;
	headers?: Record<string, string>;
}

/** Posts to a webhook; answers the status. */
const post = async (
	url: string | null | undefined,
	body: unknown,
	{ secret, off = 0, headers = {} }: Signing = {},
): Promise<number> => {
	const raw = typeof body === 'string' ? body : JSON.stringify(body);
	const id = randomUUID();
	const seconds = String(Math.floor(systemClock.now() / 1000) + off);
	const signed: Record<string, string> =
		secret === undefined
			? {}
			: {
					'webhook-id': id,
					'webhook-timestamp': seconds,
					'webhook-signature': signatureOf(secret, id, seconds, raw),
				};
	const answer = await fetch(url ?? '', {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...signed, ...headers },
		body: raw,
	});
	return answer.status;
};

const secretOf = (): string => {
	const { webhookSecret } = local.credential;
	return typeof webhookSecret === 'string' ? webhookSecret : '';
};

const finished = ({ run_id }: RunRecord, more: IDataObject = {}): IDataObject => ({
	run_id,
	event: 'finished',
	status: 'completed',
	result: { images: [{ id: 'a', url: `${local.url}/a.png` }], videos: [], audios: [] },
	...more,
});

/** Where n8n takes calls for the execution, without what says which item calls. */
const bare = ({ webhook }: RunRecord): string => {
	const url = new URL(webhook ?? '');
	url.searchParams.delete('item');
	url.searchParams.delete('sig');
	return url.href;
};

/** From now on the API says that the run is over. */
const letEnd = async ({ run_id }: RunRecord, status = 'completed'): Promise<void> => {
	const body = {
		data: {
			run_id,
			status,
			app_id: posterFromText.sqid,
			error_message: status === 'completed' ? null : 'no ink',
			result: { images: [], videos: [], audios: [] },
		},
	};
	await local.control.addFault({
		route: 'get_run',
		run_id,
		times: -1,
		fault: { kind: 'wrong_shape', body },
	});
};

const looksAt = async ({ run_id }: RunRecord): Promise<number> =>
	(await local.requests('get_run')).filter((request) => request.run_id === run_id).length;

const statuses = ({ json }: NodeOutcome): unknown[] => json.map(({ status }) => status);

/** As if another process of n8n took the next calls, which knows of nothing that came before. */
const inAnotherProcess = (own: { knowsSince?: number } = {}): void => {
	Object.assign(parkMemories, new ParkMemories(), own);
};

const refusalsSaid = async (): Promise<number> =>
	(await readLog()).split('is suspended and refuses calls').length - 1;

const FORGED = '1.2';

describe('a call for a suspended execution', () => {
	it.each<[string, (run: RunRecord) => unknown]>([
		['whose id stands under another name', ({ run_id }) => ({ event: 'finished', id: run_id })],
		['whose run is nested', ({ run_id }) => ({ event: 'finished', run: { id: run_id } })],
		['that names no run', () => ({ event: 'finished' })],
		['of an envelope that is not known', () => ({ kind: 'flow.v9', object: { done: true } })],
		['that is a list', ({ run_id }) => [{ run_id }]],
		['without a body', () => ''],
		['that is too long', (run) => finished(run, { more: 'x'.repeat(1_100_000) })],
	])('%s makes a look at the run of its item', async (_, bodyOf) => {
		const { runs, ended } = await suspend(2);
		for (const run of runs) {
			await letEnd(run);
			await post(run.webhook, bodyOf(run), { secret: secretOf() });
		}
		expect(statuses(await ended)).toEqual(['completed', 'completed']);
		// One that was submitted long before the park may be looked at for another's callback, too.
		const looks = await Promise.all(runs.map(looksAt));
		expect(looks.every((count) => count === 1 || count === 2)).toBe(true);
	});

	it('is taken by the secret alone where its URL has no signature of its own', async () => {
		const { runs, ended } = await suspend(1);
		const [run] = runs;
		if (!run) throw new Error('There is no run');
		await letEnd(run);
		const status = await post(`${bare(run)}&item=0`, { id: run.run_id }, { secret: secretOf() });
		expect(status).toBe(200);
		expect(statuses(await ended)).toEqual(['completed']);
	});

	it('that says finished with a word about what went wrong is not taken for a success', async () => {
		const { runs, ended } = await suspend(1);
		const [run] = runs;
		if (!run) throw new Error('There is no run');
		await letEnd(run, 'failed');
		const body = { ...finished(run, { error_message: 'no ink' }), status: undefined };
		await post(run.webhook, body, { secret: secretOf() });
		expect((await ended).error?.message ?? (await ended).json[0]?.['error']).toMatch(/no ink/);
	});

	it('is believed without a look where it is signed and tells the result', async () => {
		const { runs, ended } = await suspend(1);
		const [run] = runs;
		if (!run) throw new Error('There is no run');
		expect(await post(run.webhook, finished(run), { secret: secretOf() })).toBe(200);
		expect(statuses(await ended)).toEqual(['completed']);
		expect(await local.count('get_run')).toBe(0);
	});

	it('on the URL of one item with the run of another settles neither', async () => {
		const { runs, ended } = await suspend(2);
		const [first, second] = runs;
		if (!first || !second) throw new Error('There are no runs');
		expect(await post(first.webhook, finished(second), { secret: secretOf() })).toBe(404);
		expect(await post(first.webhook, finished(first), { secret: secretOf() })).toBe(200);
		await letEnd(second, 'failed');
		await post(second.webhook, {}, { secret: secretOf() });
		const { json } = await ended;
		expect(json[0]).toMatchObject({ run_id: first.run_id, status: 'completed' });
		expect(JSON.stringify(json[1])).toContain('no ink');
	});

	it('that is refused is answered so, makes a look all the same, and is said once', async () => {
		const before = await refusalsSaid();
		const { runs, ended } = await suspend(2);
		const [first, second] = runs;
		if (!first || !second) throw new Error('There are no runs');
		expect(await post(first.webhook, finished(first), { secret: 'another' })).toBe(401);
		expect(await looksAt(first)).toBe(1);
		expect(await post(first.webhook, finished(first), { secret: secretOf(), off: -900 })).toBe(401);
		await letEnd(first);
		await letEnd(second);
		expect(await post(first.webhook, finished(first), { secret: 'another' })).toBe(401);
		expect(await post(second.webhook, finished(second), { secret: 'another' })).toBe(401);
		expect(statuses(await ended)).toEqual(['completed', 'completed']);
		await until(async () => (await refusalsSaid()) > before);
		expect((await refusalsSaid()) - before).toBe(1);
	});

	it('of somebody who knows nothing is refused without a look', async () => {
		const { runs } = await suspend(1, {
			inBetween: (headers) =>
				headers['x-magnific-node'] === FORGED ? undefined : deafToItself(headers),
		});
		const [run] = runs;
		if (!run) throw new Error('There is no run');
		for (const body of [finished(run), {}, [], { id: run.run_id }]) {
			expect(await post(`${bare(run)}&item=0&sig=x`, body)).toBeGreaterThanOrEqual(400);
			expect(await post(bare(run), body, { headers: { 'x-magnific-node': FORGED } })).toBe(401);
		}
		expect(await looksAt(run)).toBe(0);
	});
});

describe('a suspended execution whose credential cannot be read', () => {
	it.each<[string, (credential: IDataObject) => void]>([
		['since the secret store is down', () => undefined],
		['since its base URL is none', (credential) => (credential['baseUrl'] = 'no address')],
	])('%s stays suspended, and the next callback brings the results', async (why, spoil) => {
		let isDown = false;
		const data = { ...local.credential };
		const credential = new Proxy(data, {
			ownKeys: (target) => {
				if (isDown && why.includes('store')) throw new Error('The secret store is down');
				return Reflect.ownKeys(target);
			},
		});
		const { runs, ended } = await suspend(2, { credential, inBetween: hearsItself });
		const [first, second] = runs;
		if (!first || !second) throw new Error('There are no runs');
		isDown = true;
		spoil(data);
		expect(await post(first.webhook, finished(first), { secret: secretOf() })).toBe(503);
		isDown = false;
		Object.assign(data, local.credential);
		await letEnd(first);
		expect(await post(second.webhook, finished(second), { secret: secretOf() })).toBe(200);
		expect(statuses(await ended)).toEqual(['completed', 'completed']);
		expect(await looksAt(first)).toBe(1);
	});

	it.each(['The secret store is down', 'Credential with ID "credential" does not exist.'])(
		'refuses its own watchdog’s calls and anybody’s for now (%s), and the next look brings the results',
		async (why) => {
			let isDown = false;
			const credential = new Proxy(
				{ ...local.credential },
				{
					ownKeys: (target) => {
						if (isDown) throw new Error(why);
						return Reflect.ownKeys(target);
					},
				},
			);
			let own = 0;
			const { runs, ended } = await suspend(2, {
				credential,
				inBetween: (headers) => {
					if (isOwn(headers)) own += 1;
					return undefined;
				},
			});
			const [first] = runs;
			if (!first) throw new Error('There is no run');
			isDown = true;
			own = 0;
			for (const run of runs) await letEnd(run);
			for (const url of [first.webhook, bare(first)]) {
				for (const body of [finished(first), {}, 'nothing']) {
					expect(await post(url, body)).toBe(503);
				}
			}
			await until(() => Promise.resolve(own > 0));
			await sleep(100);
			expect(await local.count('get_run')).toBe(0);
			expect(n8n.isAtRest()).toBe(true);
			isDown = false;
			expect(statuses(await ended)).toEqual(['completed', 'completed']);
			expect(n8n.troubles).toEqual([]);
		},
	);

	it('goes on with a key that was replaced meanwhile', async () => {
		const data = { ...local.credential };
		const { runs, ended } = await suspend(1, { credential: data });
		const [run] = runs;
		data['webhookSecret'] = 'a new secret';
		data['apiKey'] = 'a new key';
		if (!run) throw new Error('There is no run');
		expect(await post(run.webhook, finished(run), { secret: 'a new secret' })).toBe(200);
		expect(statuses(await ended)).toEqual(['completed']);
	});
});

describe('another process of n8n', () => {
	it('may take each of the node’s own calls, which carry no results', async () => {
		const lengths: number[] = [];
		const { runs, ended } = await suspend(4, {
			inBetween: (headers) => {
				if (!isOwn(headers)) return undefined;
				lengths.push(Number(headers['content-length']));
				inAnotherProcess();
				return undefined;
			},
		});
		for (const run of runs) await letEnd(run);
		expect(statuses(await ended)).toEqual(Array(4).fill('completed'));
		expect(Math.max(...lengths)).toBeLessThan(100);
		expect(await local.count('get_run')).toBeLessThanOrEqual(3 * 4);
	});

	it('that was started after the park looks at the runs when a callback comes', async () => {
		const { runs, ended } = await suspend(3, { inBetween: hearsItself });
		const [first, second, third] = runs;
		if (!first || !second || !third) throw new Error('There are no runs');
		await post(first.webhook, finished(first), { secret: secretOf() });
		await letEnd(first);
		await letEnd(second);
		inAnotherProcess({ knowsSince: Infinity });
		await post(third.webhook, finished(third), { secret: secretOf() });
		expect(statuses(await ended)).toEqual(['completed', 'completed', 'completed']);
	});
});

describe('a suspended execution', () => {
	it('gives out at its deadline what is known, though no look succeeds, in input order', async () => {
		const { runs, ended } = await suspend(3, { options: { maxWait: 2 }, inBetween: hearsItself });
		const [, second, third] = runs;
		if (!second || !third) throw new Error('There are no runs');
		await local.control.addFault({
			route: 'get_run',
			times: -1,
			fault: { kind: 'status', status: 503 },
		});
		await post(third.webhook, finished(third), { secret: secretOf() });
		await post(second.webhook, finished(second), { secret: secretOf() });
		const { json } = await ended;
		expect(json.map(({ run_id, status }) => [run_id, status])).toEqual(
			runs.map(({ run_id }, i) => [run_id, i === 0 ? 'running' : 'completed']),
		);
		expect(json[0]).toMatchObject({ timed_out: true });
	});

	it('is watched over while somebody in between answers the node’s own calls', async () => {
		const { runs } = await suspend(1);
		const [run] = runs;
		if (!run) throw new Error('There is no run');
		const inTheWay = [404, 409, 502, 404];
		const ended = waitOnceMore(run, () => inTheWay.shift());
		await until(async () => (await looksAt(run)) > 0);
		await letEnd(run);
		expect(statuses(await ended)).toEqual(['completed']);
		expect(inTheWay).toEqual([]);
	});

	it('of Run → Wait is looked at as soon as its own address works, though nobody gets through to it for 35 s', async () => {
		const { runs } = await suspend(1);
		const [run] = runs;
		if (!run) throw new Error('There is no run');
		const from = systemClock.now();
		const works = from + 35_000;
		let refused = 0;
		const ended = waitOnceMore(run, () => {
			if (systemClock.now() >= works) return undefined;
			refused += 1;
			return 'reset';
		});
		await until(() => Promise.resolve(refused > 0));
		await letEnd(run);
		expect(statuses(await ended)).toEqual(['completed']);
		expect(refused).toBeGreaterThan(1);
		expect(systemClock.now() - works).toBeLessThan(10 * 60_000);
	});

	it('is not woken by n8n’s timer before its own watchdog has ended the wait and looked', async () => {
		const { run } = await local.run(
			appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), {
				wait: 'webhook',
				options: { maxWait: 10 },
			}),
		);
		const saved: unknown = run.data.executionData?.contextData['node:Magnific']?.['park'];
		const { deadline } = z
			.object({ deadline: z.number() })
			.parse(JSON.parse(typeof saved === 'string' ? saved : '{}'));
		// Longer than the last looks take where this process knows of no end yet.
		expect((run.data.waitTill?.getTime() ?? 0) - deadline).toBeGreaterThanOrEqual(2 * 60_000);
	});

	it('of Run → Wait looks no more at runs that were over before', async () => {
		const { runs } = await suspend(2);
		const [over, going] = runs;
		if (!over || !going) throw new Error('There are no runs');
		await letEnd(over);
		const ended = n8n.run({
			parameters: {
				resource: 'run',
				operation: 'wait',
				runId: '={{ $json.id }}',
				wait: 'webhook',
				options: { maxWait: 60 },
			},
			items: runs.map(({ run_id }) => ({ json: { id: run_id } })),
			credential: local.credential,
		});
		await until(async () => (await looksAt(going)) > 2);
		await letEnd(going);
		expect(statuses(await ended)).toEqual(['completed', 'completed']);
		expect(await looksAt(over)).toBe(1);
	});

	it('ends at its deadline while a round of looks is under way', async () => {
		const { runs, ended } = await suspend(2, { options: { maxWait: 2 }, inBetween: hearsItself });
		const [, second] = runs;
		if (!second) throw new Error('There are no runs');
		await local.control.addFault({
			route: 'get_run',
			times: -1,
			fault: { kind: 'delay', ms: 4_000 },
		});
		await post(second.webhook, finished(second), { secret: secretOf() });
		expect(statuses(await ended)).toEqual(['running', 'completed']);
	});

	it('goes on once and in input order, however many callbacks tell so while its files come', async () => {
		const { runs, ended } = await suspend(2, { options: { downloadFiles: true } });
		const [first, second] = runs;
		if (!first || !second) throw new Error('There are no runs');
		// Of both files the first one comes last.
		const delay = { kind: 'delay', ms: 300 } as const;
		await local.control.addFault({ route: 'unknown', times: 1, fault: delay });
		const file = { kind: 'status', status: 200, body: 'a file' } as const;
		await local.control.addFault({ route: 'unknown', times: -1, fault: file });
		await post(first.webhook, finished(first), { secret: secretOf() });
		const answers = await Promise.all(
			[second, second, first, second].map(
				async (run) => await post(run.webhook, finished(run), { secret: secretOf() }),
			),
		);
		const { json } = await ended;
		await sleep(100);
		expect(answers).toEqual([200, 200, 200, 200]);
		// A delayed answer is a 404, after which the file is asked for again.
		expect(await local.count('unknown')).toBe(3);
		const texts = json.map((item) => JSON.stringify(item));
		expect(texts.map((text, i) => text.includes(runs[i]?.run_id ?? '?'))).toEqual([true, true]);
	});

	it('does not look while callbacks come', async () => {
		let [isDeaf, heard] = [true, 0];
		const { runs, ended } = await suspend(2, {
			inBetween: (headers) => {
				if (!isOwn(headers)) return undefined;
				if (isDeaf) return 502;
				heard += 1;
				return undefined;
			},
		});
		for (const { webhook, run_id } of runs) {
			await post(webhook, { run_id, event: 'initialized' }, { secret: secretOf() });
		}
		isDeaf = false;
		await until(() => Promise.resolve(heard > 1));
		expect(await local.count('get_run')).toBe(0);
		for (const run of runs) await post(run.webhook, finished(run), { secret: secretOf() });
		expect(statuses(await ended)).toEqual(['completed', 'completed']);
	});

	it('leaves nothing in the memory of the process once it has gone on', async () => {
		inAnotherProcess();
		for (let park = 0; park < 3; park++) {
			await local.control.reset();
			const { runs, ended } = await suspend(3);
			expect(parkMemories.size.parks).toBe(1);
			for (const run of runs) await post(run.webhook, finished(run), { secret: secretOf() });
			await ended;
			expect(parkMemories.size).toEqual({ parks: 0, results: 0 });
		}
	});
});
