import { createHmac } from 'node:crypto';
import { createServer, request } from 'node:http';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import {
	checkSignature,
	signatureOf,
	type IncomingHeaders,
} from '../../../nodes/Magnific/callbacks/signature';

const SECRET = 'a secret from the dashboard';
const NOW = Date.UTC(2026, 10, 1);
const SECONDS = String(NOW / 1000);
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
const BODY = '{"event":"finished","run_id":"vCrK3Aa47y"}';

const headersOf = (signature: string, own: IncomingHeaders = {}): IncomingHeaders => ({
	'webhook-id': ID,
	'webhook-timestamp': SECONDS,
	'webhook-signature': signature,
	...own,
});

const right = signatureOf(SECRET, ID, SECONDS, BODY);

const check = (headers: IncomingHeaders, body: Buffer | string = BODY, secret = SECRET) =>
	checkSignature(secret, headers, body, NOW);

/** The reference's view of a secret. */
const reference = (secret: string): Webhook =>
	secret.startsWith('whsec_')
		? new Webhook(secret)
		: new Webhook(new TextEncoder().encode(secret), { format: 'raw' });

const SECRETS = [
	SECRET,
	'with spaces, ünïcödé and 🔑',
	'YmFzZTY0IHdpdGhvdXQgdGhlIHByZWZpeA==',
	'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
	`whsec_${Buffer.from('odd bytes \u0000\u00ff').toString('base64')}`,
];

describe('a signature against the reference implementation', () => {
	afterEach(() => {
		jest.useRealTimers();
	});

	it.each(SECRETS)('is the same for the secret “%s”', (secret) => {
		fc.assert(
			fc.property(
				fc.uuid(),
				fc.integer({ min: 1 }),
				fc.string({ unit: 'binary' }),
				(id, s, body) => {
					expect(signatureOf(secret, id, String(s), body)).toBe(
						reference(secret).sign(id, new Date(s * 1000), body),
					);
				},
			),
			{ numRuns: 50 },
		);
	});

	it.each(SECRETS)('is believed when the reference made it with the secret “%s”', (secret) => {
		const signature = reference(secret).sign(ID, new Date(NOW), BODY);
		expect(check(headersOf(signature), BODY, secret)).toBe('right');
		expect(check(headersOf(signature), Buffer.from(BODY), secret)).toBe('right');
	});

	it.each([
		[-301, 'stale'],
		[-300, 'right'],
		[0, 'right'],
		[300, 'right'],
		[301, 'stale'],
	])('is as fresh %s s from now as it is to the reference: %s', (offset, verdict) => {
		jest.useFakeTimers({ now: NOW });
		const seconds = NOW / 1000 + offset;
		const webhook = reference(SECRET);
		const headers = {
			'webhook-id': ID,
			'webhook-timestamp': String(seconds),
			'webhook-signature': webhook.sign(ID, new Date(seconds * 1000), BODY),
		};
		expect(check(headers)).toBe(verdict);
		const verify = (): unknown => webhook.verify(BODY, headers);
		if (verdict === 'right') expect(verify()).toEqual(JSON.parse(BODY));
		else expect(verify).toThrow(/too (old|new)/);
	});
});

describe('a delivery', () => {
	it('is wrong when its signature is for another body, id, timestamp or secret', () => {
		const another = {
			body: signatureOf(SECRET, ID, SECONDS, `${BODY} `),
			id: signatureOf(SECRET, `${ID}x`, SECONDS, BODY),
			timestamp: signatureOf(SECRET, ID, String(NOW / 1000 - 1), BODY),
			secret: signatureOf(`${SECRET}x`, ID, SECONDS, BODY),
		};
		for (const signature of Object.values(another)) {
			expect(check(headersOf(signature))).toBe('wrong');
		}
	});

	it('is checked by its raw bytes, not by what they say', () => {
		const spaced = JSON.stringify(JSON.parse(BODY), null, 1);
		expect(check(headersOf(right), spaced)).toBe('wrong');
		const notUtf8 = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
		const signature = signatureOf(SECRET, ID, SECONDS, notUtf8);
		expect(check(headersOf(signature), notUtf8)).toBe('right');
		expect(check(headersOf(signature), Buffer.from(notUtf8.toString()))).toBe('wrong');
	});

	it('is right when any of several signatures fits, wherever it stands', () => {
		const old = signatureOf('the secret before', ID, SECONDS, BODY);
		for (const list of [`${right} ${old}`, `${old} ${right}`, `v1a,xyz ${old} ${right} v2,abc`]) {
			expect(check(headersOf(list))).toBe('right');
		}
		expect(check(headersOf(`${old} ${old}`))).toBe('wrong');
	});

	it('is right when its signatures come in repeated headers, however they were joined', () => {
		const old = signatureOf('the secret before', ID, SECONDS, BODY);
		for (const glue of [', ', ',', ' , ', '  ', '\t']) {
			expect(check(headersOf(`${old}${glue}${right}`))).toBe('right');
			expect(check(headersOf(`${right}${glue}${old}`))).toBe('right');
		}
		expect(check({ ...headersOf(''), 'webhook-signature': [old, right] })).toBe('right');
	});

	it('is right by the entry of any version: the number is that of the secret', () => {
		const bare = right.slice('v1,'.length);
		const old = signatureOf('the secret before', ID, SECONDS, BODY);
		for (const list of [
			`v2,${bare}`,
			`${old} v2,${bare}`,
			`v17,${bare} ${old}`,
			`${old},v2,${bare}`,
		]) {
			expect(check(headersOf(list))).toBe('right');
		}
		expect(check(headersOf(`v2,${old.slice('v1,'.length)}`))).toBe('wrong');
	});

	it('has no signature where an entry has no version, or is of another scheme', () => {
		const bare = right.slice('v1,'.length);
		for (const signature of [bare, `v1a,${bare}`, `V1,${bare}`, `xv1,${bare}`, `v,${bare}`]) {
			expect(check(headersOf(signature))).toBe('missing');
		}
	});

	it('is right by the secret’s bytes and by what it is decoded as base64', () => {
		const signedBy = (key: Buffer): string =>
			`v1,${createHmac('sha256', key).update(`${ID}.${SECONDS}.${BODY}`).digest('base64')}`;
		for (const key of [
			Buffer.from('thirty-two bytes of a secret key'),
			Buffer.from([255, 239, 0]),
		]) {
			for (const encoding of ['base64', 'base64url'] as const) {
				const secret = key.toString(encoding);
				expect(check(headersOf(signedBy(key)), BODY, secret)).toBe('right');
				expect(check(headersOf(signedBy(Buffer.from(secret))), BODY, secret)).toBe('right');
				expect(check(headersOf(signedBy(key)), BODY, `whsec_${secret}`)).toBe('right');
				const text = signedBy(Buffer.from(`whsec_${secret}`));
				expect(check(headersOf(text), BODY, `whsec_${secret}`)).toBe('wrong');
			}
		}
	});

	it('is never right by a key that decoding made shorter than the secret is good for', () => {
		const signedBy = (key: Buffer): string =>
			`v1,${createHmac('sha256', key).update(`${ID}.${SECONDS}.${BODY}`).digest('base64')}`;
		for (const secret of ['a', 'ab é ü 🔑🔑', '!!!!', '====', 'é=']) {
			const decoded = Buffer.from(secret, 'base64');
			expect(check(headersOf(signedBy(decoded)), BODY, secret)).toBe('wrong');
			expect(check(headersOf(signedBy(Buffer.alloc(0))), BODY, secret)).toBe('wrong');
		}
	});

	it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
		'is missing its signature where `%s` is not there or empty',
		(name) => {
			for (const value of [undefined, '', '   ', []]) {
				expect(check(headersOf(right, { [name]: value }))).toBe('missing');
			}
		},
	);

	it('is missing its signature where the timestamp is none', () => {
		for (const timestamp of [
			'yesterday',
			'NaN',
			'Infinity',
			`${SECONDS}s`,
			`${SECONDS}, ${SECONDS}`,
			'2026-11-01',
			'2026-13-45T99:00:00Z',
			'Sun, 01 Nov 2026 00:00:00 GMT',
		]) {
			const signature = signatureOf(SECRET, ID, timestamp, BODY);
			expect(check(headersOf(signature, { 'webhook-timestamp': timestamp }))).toBe('missing');
		}
	});

	it.each([
		['s', (ms: number) => String(ms / 1000)],
		['s with a fraction', (ms: number) => (ms / 1000).toFixed(3)],
		['ms', (ms: number) => String(ms)],
		['ISO 8601', (ms: number) => new Date(ms).toISOString()],
		['ISO 8601 without ms', (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`],
		['ISO 8601 without a zone', (ms: number) => new Date(ms).toISOString().slice(0, 19)],
		[
			'ISO 8601 of another zone',
			(ms: number) => `${new Date(ms + 7_200_000).toISOString().slice(0, 19)}+02:00`,
		],
	])('is as fresh with a timestamp in %s', (_, write) => {
		for (const [off, verdict] of [
			[-301_000, 'stale'],
			[-299_000, 'right'],
			[0, 'right'],
			[299_000, 'right'],
			[301_000, 'stale'],
		] as const) {
			const timestamp = write(NOW + off);
			const signature = signatureOf(SECRET, ID, timestamp, BODY);
			expect(check(headersOf(signature, { 'webhook-timestamp': timestamp }))).toBe(verdict);
		}
	});

	it('tells nobody without the secret that it is stale', () => {
		const old = String(NOW / 1000 - 3_600);
		expect(check(headersOf(right, { 'webhook-timestamp': old }))).toBe('wrong');
	});

	it('is never believed with a secret that is empty, which anybody could sign with', () => {
		for (const secret of ['', 'whsec_', 'whsec_!!!']) {
			const signature = signatureOf(secret, ID, SECONDS, BODY);
			expect(check(headersOf(signature), BODY, secret)).toBe('wrong');
		}
	});

	it('is not right any more after any change of a single character', () => {
		const position = fc.nat();
		const part = fc.constantFrom('body', 'id', 'timestamp', 'signature');
		const character = fc.constantFrom(...Array.from('aZ09+/=.,{ '));
		fc.assert(
			fc.property(part, position, character, (which, at, to) => {
				const parts = { body: BODY, id: ID, timestamp: SECONDS, signature: right };
				const before = parts[which];
				const place = at % before.length;
				const after = before.slice(0, place) + to + before.slice(place + 1);
				// White space around a header is none of its value.
				fc.pre(after.trim() !== before && (which === 'body' || after.trim() === after));
				// The version of the secret is no part of what is signed.
				fc.pre(which !== 'signature' || after.replace(/^v\d+,/, 'v1,') !== before);
				parts[which] = after;
				const { body, id, timestamp, signature } = parts;
				const headers = {
					'webhook-id': id,
					'webhook-timestamp': timestamp,
					'webhook-signature': signature,
				};
				expect(check(headers, body)).not.toBe('right');
			}),
			{ numRuns: 1_000 },
		);
	});
});

describe('headers that came over HTTP', () => {
	const sent = async (headers: Record<string, string | string[]>): Promise<IncomingHeaders> => {
		const server = createServer();
		const arrived = new Promise<IncomingHeaders>((resolve) => {
			server.on('request', (incoming, answer) => {
				answer.end();
				resolve(incoming.headers);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const address = server.address();
		const port = typeof address === 'object' && address ? address.port : 0;
		request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false }).end();
		const received = await arrived;
		await new Promise((resolve) => server.close(resolve));
		return received;
	};

	it('are read whatever their case was', async () => {
		const headers = await sent({
			'WEBHOOK-ID': ID,
			'Webhook-Timestamp': SECONDS,
			'WebHook-Signature': right,
		});
		expect(check(headers)).toBe('right');
	});

	it('are read when the signature is repeated, and refused when id or timestamp are', async () => {
		const old = signatureOf('the secret before', ID, SECONDS, BODY);
		const single = { 'webhook-id': ID, 'webhook-timestamp': SECONDS };
		expect(check(await sent({ ...single, 'webhook-signature': [old, right] }))).toBe('right');
		const signed = { ...single, 'webhook-signature': right };
		expect(check(await sent({ ...signed, 'webhook-id': [ID, ID] }))).toBe('wrong');
		expect(check(await sent({ ...signed, 'webhook-timestamp': [SECONDS, SECONDS] }))).toBe(
			'missing',
		);
	});
});
