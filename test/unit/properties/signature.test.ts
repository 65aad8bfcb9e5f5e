import fc from 'fast-check';
import {
	checkSignature,
	FRESH_FOR_S,
	signatureOf,
} from '../../../nodes/Magnific/callbacks/signature';
import {
	readSelfCall,
	signedSelfCall,
	type SelfCall,
} from '../../../nodes/Magnific/suspended/selfCall';
import { holds } from './holds';
import { mutation, word } from './values';

const secret = fc.oneof(
	word(),
	fc
		.uint8Array({ minLength: 1, maxLength: 40 })
		.map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
);

const delivery = fc.record({
	secret,
	id: word(),
	seconds: fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
	body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), word()),
	/** How far the receiver's clock is off, s. */
	off: fc.integer({ min: -FRESH_FOR_S, max: FRESH_FOR_S }),
});

const word64 = fc.constantFrom(...'abcdefghijABCDEFGHIJ0123456789+/'.split(''));
const digit = fc.constantFrom(...'0123456789'.split(''));

interface Signed {
	secret: string;
	id: string;
	timestamp: string;
	body: string;
	signature: string;
}

const sign = ({
	secret: key,
	id,
	seconds,
	body,
}: {
	secret: string;
	id: string;
	seconds: number;
	body: string;
}): Signed => ({
	secret: key,
	id,
	timestamp: String(seconds),
	body,
	signature: signatureOf(key, id, String(seconds), body),
});

const check = (signed: Signed, now: number) =>
	checkSignature(
		signed.secret,
		{
			'webhook-id': signed.id,
			'webhook-timestamp': signed.timestamp,
			'webhook-signature': signed.signature,
		},
		Buffer.from(signed.body),
		now,
	);

describe('the signature of a delivery', () => {
	it('is right as it was made, alone or among those of other secrets, within five minutes', () => {
		holds(
			fc.property(
				delivery,
				fc.array(secret, { maxLength: 3 }),
				fc.nat(3),
				fc.nat(99),
				(given, others, place, version) => {
					const signed = sign(given);
					const entries = others.map((other) => sign({ ...given, secret: other }).signature);
					const own = signed.signature.replace('v1,', `v${String(version)},`);
					entries.splice(place % (entries.length + 1), 0, own);
					const now = (given.seconds + given.off) * 1000;
					expect(check(signed, now)).toBe('right');
					expect(check({ ...signed, signature: entries.join(' ') }, now)).toBe('right');
				},
			),
		);
	});

	it('is stale outside of them', () => {
		const late = fc.oneof(
			fc.integer({ max: -FRESH_FOR_S - 1, min: -1e9 }),
			fc.integer({ min: FRESH_FOR_S + 1, max: 1e9 }),
		);
		holds(
			fc.property(delivery, late, (given, off) => {
				expect(check(sign(given), (given.seconds + off) * 1000)).toBe('stale');
			}),
		);
	});

	it('is not right after any one change of body, id, timestamp, signature or secret', () => {
		const change = fc.oneof(
			fc.record({
				field: fc.constant('body' as const),
				mutate: mutation(fc.string({ minLength: 1, maxLength: 1 })),
			}),
			fc.record({ field: fc.constantFrom('id' as const), mutate: mutation(word64) }),
			fc.record({ field: fc.constant('timestamp' as const), mutate: mutation(digit) }),
			fc.record({ field: fc.constant('signature' as const), mutate: mutation(word64) }),
		);
		holds(
			fc.property(delivery, change, (given, { field, mutate }) => {
				const signed = sign(given);
				const changed = { ...signed, [field]: mutate(signed[field]) };
				fc.pre(changed[field] !== signed[field]);
				// The version of the secret is no part of what is signed.
				fc.pre(
					changed.signature.replace(/^v\d+,/, 'v1,') !== signed.signature || field !== 'signature',
				);
				expect(check(changed, given.seconds * 1000)).not.toBe('right');
			}),
		);
	});

	it('is not right for another secret, and never for an empty one', () => {
		// An HMAC fills its key up with zeros.
		const keyIn = (text: string, encoding: BufferEncoding): string =>
			Buffer.from(text, encoding)
				.toString('hex')
				.replace(/(00)*$/, '');
		const keysOf = (secret: string): string[] =>
			secret.startsWith('whsec_')
				? [keyIn(secret.slice('whsec_'.length), 'base64')]
				: [keyIn(secret, 'utf8'), keyIn(secret, 'base64')];
		holds(
			fc.property(delivery, word(), (given, other) => {
				const signed = sign(given);
				fc.pre(!keysOf(other).includes(keysOf(given.secret)[0] ?? ''));
				expect(check({ ...signed, secret: other }, given.seconds * 1000)).toBe('wrong');
				for (const empty of ['', 'whsec_']) {
					const forged = sign({ ...given, secret: empty });
					expect(check(forged, given.seconds * 1000)).toBe('wrong');
				}
			}),
		);
	});

	it('is never right where a part is missing or something else', () => {
		const header = fc.oneof(
			fc.string(),
			fc.constant(undefined),
			fc.array(fc.string(), { maxLength: 3 }),
		);
		holds(
			fc.property(
				secret,
				header,
				header,
				header,
				fc.string(),
				(key, id, timestamp, signature, body) => {
					const verdict = checkSignature(
						key,
						{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
						body,
						1_700_000_000_000,
					);
					expect(verdict).not.toBe('right');
				},
			),
		);
	});
});

describe('the header of the node’s own call', () => {
	const call = fc.record({
		id: word(),
		secret: word(),
		now: fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 }),
		what: fc.constantFrom<SelfCall[]>('look', 'resume', 'end', 'submitting'),
	});

	it('brings its call through, and no longer after any one change', () => {
		holds(
			fc.property(
				call,
				fc.constantFrom<Array<'id' | 'secret' | 'header' | 'body'>>(
					'id',
					'secret',
					'header',
					'body',
				),
				mutation(word64),
				({ id, secret, now, what }, field, mutate) => {
					fc.pre(secret !== '');
					const signed = { id, secret, ...signedSelfCall({ id, secret }, what, now) };
					const read = (of: typeof signed) => readSelfCall(of, of.header, of.body, now);
					expect(read(signed)).toMatchObject({ call: what });
					const changed = { ...signed, [field]: mutate(signed[field]) };
					fc.pre(JSON.stringify(changed) !== JSON.stringify(signed));
					expect(read(changed)).toBeUndefined();
				},
			),
		);
	});
});
