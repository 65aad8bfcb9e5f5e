import fc from 'fast-check';
import { callbackUrl, itemIn, newParkKey } from '../../../nodes/Magnific/suspended/callbackUrl';
import {
	readSelfCall,
	SELF_CALL_HEADER,
	signedSelfCall,
	type SelfCall,
} from '../../../nodes/Magnific/suspended/selfCall';

const KEY = { id: '0b7e7c7e-1d5c-4c3e-9f57-2f3f6c1f8a11', secret: 'a random secret' };
const NOW = Date.UTC(2026, 10, 1);
const RESUME = signedSelfCall(KEY, 'resume', NOW);

describe('a call to the own parked execution', () => {
	it('has a header name as Node gives names', () => {
		expect(SELF_CALL_HEADER).toBe(SELF_CALL_HEADER.toLowerCase());
	});

	it.each<SelfCall>(['look', 'resume', 'end', 'submitting'])(
		'is read when it says `%s`',
		(call) => {
			const { body, header } = signedSelfCall(KEY, call, NOW);
			expect(readSelfCall(KEY, header, body, NOW)).toMatchObject({ call });
		},
	);

	it('is short, whatever the batch: it carries no results', () => {
		expect(RESUME.body).toBe('{"magnific":"resume"}');
	});

	it('is none when it is signed with another secret, for another park or another body', () => {
		for (const other of [
			signedSelfCall({ ...KEY, secret: 'another' }, 'resume', NOW),
			signedSelfCall({ ...KEY, id: 'another park' }, 'resume', NOW),
			signedSelfCall(KEY, 'end', NOW),
		]) {
			expect(readSelfCall(KEY, other.header, RESUME.body, NOW)).toBeUndefined();
		}
	});

	it('is none for a park without a secret, which anybody could sign for', () => {
		const bare = { id: KEY.id, secret: '' };
		const { body, header } = signedSelfCall(bare, 'end', NOW);
		expect(readSelfCall(bare, header, body, NOW)).toBeUndefined();
	});

	it('is none when its header was given another time', () => {
		const [, signature = ''] = RESUME.header.split('.');
		const header = `${String(NOW / 1000 + 1)}.${signature}`;
		expect(readSelfCall(KEY, header, RESUME.body, NOW)).toBeUndefined();
	});

	it.each([
		[-301, 'stale'],
		[-300, 'resume'],
		[300, 'resume'],
		[301, 'stale'],
	])('made %s s from now is %s', (offset, expected) => {
		const { body, header } = signedSelfCall(KEY, 'resume', NOW + offset * 1000);
		const read = readSelfCall(KEY, header, body, NOW);
		expect(read === 'stale' ? read : read?.call).toBe(expected);
	});

	it.each([
		[['', '.', '..', 'abc', String(NOW / 1000), `${String(NOW / 1000)}.`, `.${'0'.repeat(43)}`]],
		[[undefined, null, 7, {}, [RESUME.header]]],
	])('is none where the header is none, such as %j', (headers) => {
		for (const header of headers) {
			expect(readSelfCall(KEY, header, RESUME.body, NOW)).toBeUndefined();
		}
	});

	it('is none after any change of a single character, in the header or the body', () => {
		const character = fc.constantFrom(...Array.from('a0f9.{ _'));
		fc.assert(
			fc.property(fc.boolean(), fc.nat(), character, (inBody, at, to) => {
				const before = inBody ? RESUME.body : RESUME.header;
				const place = at % before.length;
				const after = before.slice(0, place) + to + before.slice(place + 1);
				fc.pre(after !== before);
				const [body, header] = inBody ? [after, RESUME.header] : [RESUME.body, after];
				expect(readSelfCall(KEY, header, body, NOW)).toBeUndefined();
			}),
			{ numRuns: 500 },
		);
	});
});

describe('the URL that an item’s run calls', () => {
	const RESUME_URL = 'https://n8n.example.com/webhook-waiting/12?signature=abc';

	const EARLIER = [
		{ itemIndex: 7, run_id: 'seventh_-0' },
		{ itemIndex: 1234, run_id: 'later00000' },
	];

	const queryOf = (itemIndex: number, key = KEY, earlier: typeof EARLIER = []) =>
		Object.fromEntries(new URL(callbackUrl(RESUME_URL, key, itemIndex, earlier)).searchParams);

	it('keeps n8n’s own query, and says which item calls', () => {
		expect(queryOf(7)).toMatchObject({ signature: 'abc', item: '7' });
		expect(itemIn(queryOf(7), KEY)).toEqual({ named: '7', isSigned: true, earlier: [] });
	});

	it('tells of runs that were started earlier, in letters that stay as they are', () => {
		const told = itemIn(queryOf(3, KEY, EARLIER), KEY);
		expect(told).toEqual({ named: '3', isSigned: true, earlier: EARLIER });
		expect(callbackUrl(RESUME_URL, KEY, 3, EARLIER)).not.toContain('%');
	});

	it.each(['7.elsewhere0', '', undefined])('is not signed when it tells of others: %s', (other) => {
		const forged = { ...queryOf(3, KEY, EARLIER), earlier: other };
		expect(itemIn(forged, KEY)).toEqual({ named: '3', isSigned: false, earlier: [] });
	});

	it('proves nothing for another item, another park or with another secret', () => {
		expect(itemIn({ ...queryOf(7), item: '8' }, KEY)).toMatchObject({
			named: '8',
			isSigned: false,
		});
		for (const other of [newParkKey(), { ...KEY, id: 'x' }, { ...KEY, secret: 'x' }]) {
			expect(itemIn(queryOf(7), other).isSigned).toBe(false);
		}
	});

	it.each([[undefined], [null], ['x'], [{}], [{ item: '1' }], [{ item: ['1'], sig: ['x'] }]])(
		'is not the node’s own with a query like %j',
		(query) => {
			expect(itemIn(query, KEY).isSigned).toBe(false);
		},
	);

	it('has a secret of its own in each park', () => {
		const [one, other] = [newParkKey(), newParkKey()];
		expect(one.secret).not.toBe(other.secret);
		expect(one.secret.length).toBeGreaterThanOrEqual(43);
	});
});
