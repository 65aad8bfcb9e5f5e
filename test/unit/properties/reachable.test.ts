import { BlockList } from 'node:net';
import fc from 'fast-check';
import {
	forbiddenAddress,
	isPrivateHost,
	unreachable,
} from '../../../nodes/Magnific/callbacks/reachable';
import { redact } from '../../../nodes/Magnific/api/redact';
import { holds } from './holds';
import { word } from './values';

/** IANA's registries of special addresses that no public server has, by Node's own arithmetic. */
const special = new BlockList();
const V4: Array<[string, number]> = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];
for (const [net, prefix] of V4) special.addSubnet(net, prefix, 'ipv4');

/** Apart from the other list: there, IPv6 addresses that hold an IPv4 one count as both. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');
const embedding = new BlockList();
embedding.addSubnet('2001::', 32, 'ipv6');
embedding.addSubnet('2002::', 16, 'ipv6');

const near = V4.map(([net]) => net.split('.').map(Number));
const octets = fc.oneof(
	fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
	fc
		.tuple(fc.constantFrom(...near), fc.integer({ min: -1, max: 1 }), fc.nat(255), fc.nat(255))
		.map(
			([[a = 0, b = 0], step, c, d]) => [a, Math.min(255, Math.max(0, b + step)), c, d] as const,
		),
);

const group = fc.oneof(
	fc.nat(0xffff),
	fc.constantFrom(
		0,
		1,
		0xfc00,
		0xfdff,
		0xfe80,
		0xfebf,
		0xfec0,
		0xff02,
		0x64,
		0xff9b,
		0x2002,
		0x2001,
		0x3fff,
		0x4000,
		0xffff,
		0x2a00,
	),
);

const around = fc.record({
	scheme: fc.constantFrom('http', 'https', 'HTTPS'),
	login: fc.constantFrom('', 'me@', 'me:pass@'),
	port: fc.constantFrom('', ':80', ':8443'),
	rest: fc.constantFrom('', '/', '/a.example.com', '?x=127.0.0.1', '/x#localhost'),
});

const PUBLIC_API = 'https://api.magnific.com';

describe('whether a host is private', () => {
	it('is told of an IPv4 address as by Node’s own arithmetic, in whatever way it is written', () => {
		holds(
			fc.property(octets, around, ([a, b, c, d], { scheme, login, port, rest }) => {
				const dotted = [a, b, c, d].join('.');
				const number = ((a * 256 + b) * 256 + c) * 256 + d;
				const ways = [
					dotted,
					String(number),
					`0x${number.toString(16)}`,
					`0${number.toString(8)}`,
					`${String(a)}.${String((b * 256 + c) * 256 + d)}`,
					`0x${a.toString(16)}.${String(b)}.${String(c * 256 + d)}`,
					`${dotted}.`,
				];
				const expected = special.check(dotted, 'ipv4');
				for (const way of ways) {
					const url = `${scheme}://${login}${way}${port}${rest}`;
					expect([url, isPrivateHost(url)]).toEqual([url, expected]);
					expect(forbiddenAddress(url, PUBLIC_API) === undefined).toBe(!expected);
				}
				const hex = (high: number, low: number): string => (high * 256 + low).toString(16);
				const mapped = `[::ffff:${hex(a, b)}:${hex(c, d)}]`;
				for (const way of [mapped, `[::ffff:${dotted}]`, `[64:ff9b::${dotted}]`]) {
					expect([way, isPrivateHost(`${scheme}://${way}${port}${rest}`)]).toEqual([way, true]);
				}
			}),
		);
	});

	it('is told of an IPv6 address as by Node’s own arithmetic', () => {
		holds(
			fc.property(
				fc.array(group, { minLength: 8, maxLength: 8 }),
				around,
				(groups, { scheme, port, rest }) => {
					const address = groups.map((one) => one.toString(16)).join(':');
					const url = `${scheme}://[${address}]${port}${rest}`;
					const expected = !global.check(address, 'ipv6') || embedding.check(address, 'ipv6');
					expect([url, isPrivateHost(url)]).toEqual([url, expected]);
				},
			),
		);
	});

	it('is told of a name by its end alone', () => {
		const privateEnd = fc.constantFrom(
			'localhost',
			'local',
			'internal',
			'lan',
			'home.arpa',
			'test',
			'LocalHost',
		);
		const label = word(8).map((text) => `a${text}`);
		holds(
			fc.property(
				fc.array(label, { maxLength: 3 }),
				privateEnd,
				around,
				(labels, end, { scheme, login, port, rest }) => {
					const url = (host: string): string => `${scheme}://${login}${host}${port}${rest}`;
					expect(isPrivateHost(url([...labels, end].join('.')))).toBe(true);
					expect(isPrivateHost(url([...labels, end, ''].join('.')))).toBe(true);
					expect(isPrivateHost(url([...labels, end, 'example', 'com'].join('.')))).toBe(false);
					expect(
						isPrivateHost(url(`${[...labels, 'x'].join('.')}x${end.replaceAll('.', '')}.com`)),
					).toBe(false);
					expect(isPrivateHost(url(labels[0] ?? 'n8n'))).toBe(true);
				},
			),
		);
	});

	it('never throws in its judgements, whatever is called a URL', () => {
		const url = fc.oneof(
			fc.string(),
			fc.webUrl(),
			fc
				.tuple(fc.constantFrom('http:', 'https://', 'file://', 'data:'), fc.string())
				.map((parts) => parts.join('')),
		);
		holds(
			fc.property(url, (text) => {
				const reason = forbiddenAddress(text, PUBLIC_API);
				if (reason === undefined) expect(['http:', 'https:']).toContain(new URL(text).protocol);
				expect(unreachable(text, PUBLIC_API) === undefined && reason !== undefined).toBe(false);
			}),
		);
	});
});

describe('a text for an error', () => {
	it('keeps no secret, and nothing of a URL that could sign a request', () => {
		const parameter = fc.constantFrom('X-Amz-Signature', 'token', 'Signature', 'sig', 'anything');
		const secret = word().map((text) => `Zq${text}qZ`);
		const clean = fc.constantFrom('no file at ', 'see: ', '“', '(', '');
		holds(
			fc.property(secret, secret, parameter, clean, word(), (token, key, name, before, path) => {
				const text = `${before}https://s.example/${path}?a=1&${name}=${token} with ${key}, login https://me:${token}@s.example/`;
				const shown = redact(text, [key]);
				expect(shown).not.toContain(token);
				expect(shown).not.toContain(key);
				expect(shown).toContain(`https://s.example/${path}`);
				expect(redact(shown, [key])).toBe(shown);
			}),
		);
	});
});
