import {
	callbackUrl,
	isSignedFor,
	itemIn,
	lengthOf,
	newParkKey,
	roomIn,
	signFor,
	type RunOfItem,
} from '../../../nodes/Magnific/suspended/callbackUrl';

const RESUME_URL = 'https://n8n.example.com/webhook-waiting/12?signature=abc';
const key = newParkKey();

const queryOf = (url: string): Record<string, string> =>
	Object.fromEntries(new URL(url).searchParams);

const RUN: RunOfItem = { itemIndex: 0, run_id: 'firstRun00' };

describe('the key of a park', () => {
	it('is another one for each, with a secret that nobody guesses', () => {
		const other = newParkKey();
		expect(other.id).not.toBe(key.id);
		expect(other.secret).not.toBe(key.secret);
		expect(Buffer.from(key.secret, 'base64url')).toHaveLength(32);
	});

	it('signs each text for one purpose and one park alone', () => {
		const signature = signFor('item', key, 'text');
		expect(isSignedFor('item', key, 'text', signature)).toBe(true);
		expect(isSignedFor('self', key, 'text', signature)).toBe(false);
		expect(isSignedFor('item', key, 'texts', signature)).toBe(false);
		expect(isSignedFor('item', { ...key, id: 'another' }, 'text', signature)).toBe(false);
		expect(isSignedFor('item', { ...key, secret: 'another' }, 'text', signature)).toBe(false);
	});

	it.each([undefined, '', 'short', 12, ['a list']])('takes %j for no signature', (signature) => {
		expect(isSignedFor('item', key, 'text', signature)).toBe(false);
	});

	it('without a secret signs nothing right: anybody could', () => {
		const open = { ...key, secret: '' };
		expect(isSignedFor('item', open, 'text', signFor('item', open, 'text'))).toBe(false);
	});
});

describe('the URL that a run calls', () => {
	it('is that of the execution, and names the item under the own signature', () => {
		const url = callbackUrl(RESUME_URL, key, 7);
		expect(url.startsWith(`${RESUME_URL}&`)).toBe(true);
		expect(Object.keys(queryOf(url)).sort()).toEqual(['item', 'sig', 'signature']);
		expect(itemIn(queryOf(url), key)).toEqual({ named: '7', isSigned: true, earlier: [] });
		// Runs that were started before an update call with what they were given then.
		expect(queryOf(url)['sig']).toBe(signFor('item', key, '7'));
	});

	it('tells of earlier runs, each as it was', () => {
		const two = [RUN, { itemIndex: 12, run_id: 'a.run' }];
		for (const earlier of [[RUN], two]) {
			const url = callbackUrl(RESUME_URL, key, 7, earlier);
			expect(itemIn(queryOf(url), key)).toEqual({ named: '7', isSigned: true, earlier });
		}
	});

	it('is no longer than its room says', () => {
		const bare = callbackUrl(RESUME_URL, key, 7);
		const withRun = callbackUrl(RESUME_URL, key, 7, [RUN]);
		// The letter between two runs is counted with each.
		expect(withRun.length - bare.length).toBe('&earlier='.length + lengthOf(RUN) - 1);
		expect(roomIn(bare)).toBe(255 - '&earlier='.length - bare.length);
	});

	it.each<[string, Record<string, unknown>]>([
		['another item', { item: '8' }],
		['a run more', { earlier: '3.anotherRun' }],
		['no signature', { sig: undefined }],
		['an item in a list', { item: ['7'] }],
		['runs in a list', { earlier: ['0.firstRun00'] }],
	])('proves nothing with %s', (_, changed) => {
		const query = { ...queryOf(callbackUrl(RESUME_URL, key, 7, [RUN])), ...changed };
		expect(itemIn(query, key)).toMatchObject({ isSigned: false, earlier: [] });
	});

	it('does not let a run be taken for a part of the item', () => {
		const query = queryOf(callbackUrl(RESUME_URL, key, 7, [RUN]));
		const joined = { item: `7.${String(query['earlier'])}`, sig: query['sig'] };
		// The same text is signed, but there is no such item.
		expect(itemIn(joined, key)).toMatchObject({ named: '7.0.firstRun00', earlier: [] });
	});

	it.each([undefined, 'text', null])('names nothing in the query %j', (query) => {
		expect(itemIn(query, key)).toEqual({ named: undefined, isSigned: false, earlier: [] });
	});

	it('passes over what is no run in a signed list', () => {
		const earlier = 'nothing*12.aRun*x5.y*3.*4.b';
		const sig = signFor('item', key, `7.${earlier}`);
		expect(itemIn({ item: '7', earlier, sig }, key).earlier).toEqual([
			{ itemIndex: 12, run_id: 'aRun' },
			{ itemIndex: 4, run_id: 'b' },
		]);
	});
});
