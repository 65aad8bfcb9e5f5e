import { signatureOf } from '../../../nodes/Magnific/callbacks/signature';
import { judge, readCallback, type Call } from '../../../nodes/Magnific/suspended/callback';
import { callbackUrl, newParkKey } from '../../../nodes/Magnific/suspended/callbackUrl';

const NOW = Date.UTC(2026, 10, 1);
const key = newParkKey();
const runs = ['firstRun00', 'secondRun0'].map((run_id, itemIndex) => ({
	itemIndex,
	run_id,
	app: undefined,
	since: 0,
}));
/** Items of which it is not known whether they have a run. */
const open = [2, 3].map((itemIndex) => ({ itemIndex, app: undefined }));

type Query = Record<string, string>;

/** What the URL of an item carries. */
const queryOf = (itemIndex: number, ...[earlier]: [Parameters<typeof callbackUrl>[3]?]): Query =>
	Object.fromEntries(
		new URL(callbackUrl('https://n8n.example.com/1', key, itemIndex, earlier)).searchParams,
	);

const query = queryOf(0);

/** The URL of an item without the node's signature: anybody can write it. */
const unsigned = (itemIndex: number): Query => ({ item: String(itemIndex) });

interface Signed {
	by?: string;
	at?: number;
}

const callOf = (body: unknown, its: Query = query, signed?: Signed): Call => {
	const rawBody = Buffer.from(JSON.stringify(body ?? null));
	const timestamp = String((signed?.at ?? NOW) / 1000);
	const headers = signed
		? {
				'webhook-id': 'delivery',
				'webhook-timestamp': timestamp,
				'webhook-signature': signatureOf(signed.by ?? 'hush', 'delivery', timestamp, rawBody),
			}
		: {};
	return { query: its, request: { headers, rawBody, body } };
};

const readCall = (call: Call, waitedFor = { runs, open }) =>
	readCallback(call, { ...key, ...waitedFor }, NOW);

const read = (body: unknown, its: Query = query) => readCall(callOf(body, its));

const judged = (call: Call, secret = '') => judge(call, readCall(call), secret, NOW);

/** A body that tells all of a run's end. */
const ended = (run_id: string) => ({
	event: 'finished',
	run_id,
	status: 'completed',
	result: { images: [], videos: [], audios: [] },
});

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

	it.each([
		[0, 'firstRun00', 'secondRun0'],
		[1, 'secondRun0', 'firstRun00'],
	])('is no other item’s, whichever it names: item %s', (item, own, other) => {
		expect(read(ended(other), queryOf(item))).toMatchObject({
			isOfAnother: true,
			parked: { run_id: own },
		});
	});
});

describe('a callback on a URL that names no item', () => {
	it('is of the run that its body names', () => {
		expect(read(ended('secondRun0'), {})).toMatchObject({
			parked: { itemIndex: 1 },
			isOfItem: false,
			isOfAnother: false,
			namesIt: true,
		});
	});

	it('is of none where its body names none, or one that nobody waits for', () => {
		expect(read({}, {})).toMatchObject({ parked: undefined, isOfAnother: false, told: 'unknown' });
		expect(read(ended('elsewhere0'), {})).toMatchObject({ parked: undefined, isOfAnother: true });
	});
});

describe('a callback for an item whose run is not known', () => {
	it('gives it the run that its body names, from now on', () => {
		expect(read(ended('newRun0000'), queryOf(3))).toMatchObject({
			parked: { itemIndex: 3, run_id: 'newRun0000', since: NOW, app: undefined },
			isNew: 'surely',
			isOfAnother: false,
			namesIt: true,
		});
	});

	it('gives it likely the run of an id that may be the delivery’s', () => {
		expect(read({ event: 'finished', id: 'newRun0000' }, queryOf(2))).toMatchObject({
			parked: { itemIndex: 2, run_id: 'newRun0000' },
			isNew: 'likely',
		});
	});

	it.each([
		['whose URL the node has not signed', ended('newRun0000'), unsigned(2)],
		['that is of no item of this park', ended('newRun0000'), queryOf(4)],
		['whose body is about a run of another item', ended('firstRun00'), queryOf(2)],
		['whose body tells nothing', {}, queryOf(2)],
	])('gives it none %s', (_, body, its) => {
		expect(read(body, its)).toMatchObject({ parked: undefined, isNew: undefined });
	});

	it('leaves an item the run that it has', () => {
		const call = callOf({ event: 'finished', id: 'delivery-1' });
		const waitedFor = { runs, open: [{ itemIndex: 0, app: undefined }, ...open] };
		expect(readCall(call, waitedFor)).toMatchObject({
			parked: { run_id: 'firstRun00' },
			isNew: undefined,
		});
	});

	it('is new to nobody where the item has its run', () => {
		expect(read(ended('firstRun00')).isNew).toBeUndefined();
	});
});

describe('what a callback tells', () => {
	it.each([
		['started', { event: 'started', run_id: 'firstRun00' }],
		['ended', { event: 'finished', run_id: 'firstRun00' }],
		['ended', { event: 'failed', id: 'delivery-1' }],
		['unknown', {}],
		['unknown', { event: 'started', run_id: 'elsewhere0' }],
		['unknown', { event: 'finished', run_id: 'secondRun0' }],
	])('is “%s”: %j', (told, body) => {
		expect(read(body).told).toBe(told);
	});

	it.each([
		ended('firstRun00'),
		{ ...ended('firstRun00'), status: 'failed', error_message: 'The model failed' },
		{ ...ended('firstRun00'), status: 'completed_with_errors', error_message: 'One image failed' },
	])('is the run itself: %j', (body) => {
		expect(read(body).run).toMatchObject({ run_id: 'firstRun00', status: body.status });
	});

	it.each([
		{ event: 'finished', run_id: 'firstRun00' },
		{ event: 'started', run_id: 'firstRun00' },
		{ ...ended('firstRun00'), error_message: 'One image failed' },
		{ ...ended('firstRun00'), error_message: ' ' },
		ended('secondRun0'),
		{},
	])('is no run where it does not say for itself what became of this one: %j', (body) => {
		expect(read(body).run).toBeNull();
	});

	it('are the earlier runs in its URL, where the node has signed it', () => {
		const earlier = [{ itemIndex: 1, run_id: 'secondRun0' }];
		expect(read({}, queryOf(0, earlier)).earlier).toEqual(earlier);
		expect(read({}, { ...queryOf(0, earlier), sig: 'x' }).earlier).toEqual([]);
	});

	it('is nothing where it cannot be read, but its URL names the item all the same', () => {
		const call: Call = { query, request: { refusal: 'It is too long' } };
		expect(readCall(call)).toMatchObject({
			parked: { run_id: 'firstRun00' },
			isOfItem: true,
			isOfAnother: false,
			namesIt: false,
			told: 'unknown',
			run: null,
		});
	});
});

describe('a callback where the credential has no secret', () => {
	it.each([
		['has the node’s own signature in its URL', callOf(ended('firstRun00'))],
		['names the run of its item', callOf(ended('firstRun00'), unsigned(0))],
		['names a run', callOf(ended('secondRun0'), {})],
	])('is a hint, and not believed, where it %s', (_, call) => {
		expect(judged(call)).toEqual({
			isHint: true,
			isBelieved: false,
			signature: undefined,
			refused: undefined,
		});
	});

	it.each([
		['that names no run, on a URL that anybody can write', 400, callOf({}, unsigned(0))],
		['that may name a delivery', 400, callOf({ event: 'finished', id: 'some' }, unsigned(0))],
		['for no run at all', 400, callOf({}, {})],
		['about a run that nobody waits for', 404, callOf(ended('elsewhere0'), {})],
		['about the run of another item', 404, callOf(ended('secondRun0'), unsigned(0))],
	])('%s is no hint, and refused with %s', (_, status, call) => {
		const { isHint, isBelieved, refused } = judged(call);
		expect({ isHint, isBelieved, status: refused?.status }).toEqual({
			isHint: false,
			isBelieved: false,
			status,
		});
		expect(refused?.message).not.toBe('');
	});

	it('is a hint on a signed URL even where its body is about another run, which is refused', () => {
		expect(judged(callOf(ended('elsewhere0')))).toMatchObject({
			isHint: true,
			isBelieved: false,
			refused: { status: 404 },
		});
	});

	it('is no hint on a signed URL of an item that nobody waits for', () => {
		expect(judged(callOf({}, queryOf(9)))).toMatchObject({
			isHint: false,
			refused: { status: 400 },
		});
	});
});

describe('a callback where the credential has a secret', () => {
	it('is believed where its signature is right and it tells the run', () => {
		expect(judged(callOf(ended('firstRun00'), unsigned(0), {}), 'hush')).toEqual({
			isHint: true,
			isBelieved: true,
			signature: 'right',
			refused: undefined,
		});
	});

	it('is a hint where its signature is right and it does not tell the run', () => {
		const call = callOf({ event: 'finished' }, unsigned(0), {});
		expect(judged(call, 'hush')).toEqual({
			isHint: true,
			isBelieved: false,
			signature: 'right',
			refused: undefined,
		});
	});

	it('is nothing where its signature is right and it is about another run', () => {
		expect(judged(callOf(ended('secondRun0'), unsigned(0), {}), 'hush')).toMatchObject({
			isHint: false,
			isBelieved: false,
			refused: { status: 404 },
		});
		expect(judged(callOf(ended('elsewhere0'), {}, {}), 'hush').isHint).toBe(false);
	});

	it.each([
		['missing', undefined],
		['wrong', { by: 'another secret' }],
		['stale', { at: NOW - 3_600_000 }],
	])('is refused where its signature is %s, and a hint only on a signed URL', (signature, how) => {
		for (const [its, isHint] of [
			[unsigned(0), false],
			[query, true],
		] as const) {
			const { refused, ...verdict } = judged(callOf(ended('firstRun00'), its, how), 'hush');
			expect(verdict).toEqual({ isHint, isBelieved: false, signature });
			expect(refused?.status).toBe(401);
			expect(refused?.message).toContain(signature);
		}
	});
});

describe('a call that cannot be read', () => {
	const call = (its: Query): Call => ({ query: its, request: { refusal: 'It is too long' } });

	it.each(['', 'hush'])('is refused with the reason (secret: “%s”)', (secret) => {
		expect(judged(call(query), secret)).toEqual({
			isHint: true,
			isBelieved: false,
			signature: secret === '' ? undefined : 'missing',
			refused: { status: 400, message: 'It is too long' },
		});
		expect(judged(call(unsigned(0)), secret).isHint).toBe(false);
	});
});
