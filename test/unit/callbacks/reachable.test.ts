import {
	forbiddenAddress,
	isPrivateHost,
	unreachable,
} from '../../../nodes/Magnific/callbacks/reachable';

const PUBLIC_API = 'https://api.magnific.com';
const PRIVATE_API = 'http://127.0.0.1:4010';

const PRIVATE = [
	'localhost',
	'LOCALHOST',
	'localhost.',
	'n8n',
	'n8n.localhost',
	'n8n.local',
	'n8n.lan',
	'n8n.internal',
	'n8n.home.arpa',
	'n8n.test',
	'n8n.corp',
	'nas.home',
	'n8n.private',
	'n8n.default.svc',
	'n8n.docker',
	'n8n.invalid',
	'nas.fritz.box',
	'n8n.localtest.me',
	'127.0.0.1.nip.io',
	'n8n.10.0.0.1.sslip.io',
	'n8n-192-168-1-20.nip.io',
	'0.0.0.0',
	'127.0.0.1',
	'127.1',
	'0x7f.0.0.1',
	'2130706433',
	'10.0.0.1',
	'100.64.0.1',
	'100.127.255.255',
	'169.254.169.254',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'[::]',
	'[::1]',
	'[0:0:0:0:0:0:0:1]',
	'[fc00::1]',
	'[fd12:3456::1]',
	'[fe80::1]',
	'[febf::1]',
	'[::ffff:192.168.0.1]',
	'[::ffff:a00:1]',
	'[::7f00:1]',
	'[64:ff9b::7f00:1]',
	'[2002:7f00:1::]',
	'[fec0::1]',
	'[ff02::1]',
	'192.0.0.170',
	'198.18.0.1',
	'198.19.255.255',
	'224.0.0.1',
	'240.0.0.1',
	'255.255.255.255',
];

const PUBLIC = [
	'n8n.example.com',
	'local.example.com',
	'mylocalhost.com',
	'test.io',
	'corp.example.com',
	'home.io',
	'nip.io',
	'n8n.8.8.8.8.nip.io',
	'10.0.0.1.example.io',
	'10.example.com',
	'fd.example.com',
	'8.8.8.8',
	'11.0.0.1',
	'100.63.255.255',
	'100.128.0.1',
	'169.253.1.1',
	'172.15.0.1',
	'172.32.0.1',
	'192.169.0.1',
	'110.0.0.1',
	'192.0.1.1',
	'198.17.0.1',
	'198.20.0.1',
	'223.255.255.255',
	'[2001:db8::1]',
	'[2a00:1450::fd00]',
];

describe('a host', () => {
	it.each(PRIVATE)('%s is private', (host) => {
		expect(isPrivateHost(`https://user:pass@${host}:8443/webhook?x=example.com`)).toBe(true);
	});

	it.each(PUBLIC)('%s is public', (host) => {
		expect(isPrivateHost(`https://${host}:8443/webhook?x=localhost`)).toBe(false);
	});
});

describe('an address for callbacks', () => {
	it('is fine for the public API where it is public and https', () => {
		expect(unreachable('https://n8n.example.com/webhook/1/magnific', PUBLIC_API)).toBeUndefined();
		expect(unreachable('HTTPS://N8N.example.com/webhook', PUBLIC_API)).toBeUndefined();
	});

	it.each(PRIVATE)('at %s is near only, for the public API, even with https', (host) => {
		expect(unreachable(`https://${host}/webhook`, PUBLIC_API)).toMatch(/\(https:.*near by$/);
	});

	it('must be https for the public API, and the reason names it without its secret path', () => {
		expect(unreachable('http://n8n.example.com/webhook/secret?token=1', PUBLIC_API)).toBe(
			'(http://n8n.example.com) is not https',
		);
	});

	it('may be any web address for a private API', () => {
		for (const url of [
			'http://localhost:5678/webhook',
			'http://10.0.0.1/',
			'https://a.example.com/',
		]) {
			expect(unreachable(url, PRIVATE_API)).toBeUndefined();
		}
	});

	it.each([
		'',
		'n8n.example.com/webhook',
		'localhost:5678/webhook',
		'/webhook/magnific',
		'https://',
		'{{ $json.url }}',
		'ftp://n8n.example.com/webhook',
		'mailto:someone@example.com',
		'javascript:alert(1)',
	])('“%s” is no web address, whatever the API', (url) => {
		expect(unreachable(url, PUBLIC_API)).toBe('is not a web address');
		expect(unreachable(url, PRIVATE_API)).toBe('is not a web address');
	});
});

describe('an address for files', () => {
	it.each(PRIVATE)('at %s is not asked where the API is public, however it is reached', (host) => {
		for (const scheme of ['http', 'https']) {
			expect(forbiddenAddress(`${scheme}://${host}/a.png?token=secret`, PUBLIC_API)).toMatch(
				/^\(https?:\/\/[^/]+\) is a private one, and the API’s is not$/,
			);
		}
	});

	it.each(PRIVATE)('at %s is asked where the API is private itself', (host) => {
		expect(forbiddenAddress(`http://${host}/a.png`, PRIVATE_API)).toBeUndefined();
	});

	it.each(PUBLIC)('at %s is asked, by http and https', (host) => {
		for (const scheme of ['http', 'https']) {
			expect(forbiddenAddress(`${scheme}://${host}/a.png`, PUBLIC_API)).toBeUndefined();
		}
	});

	it.each(['', 'a.png', '//cdn.example/a', 'file:///etc/passwd', 'ftp://x.example/a', 'data:,a'])(
		'“%s” is none, whatever the API',
		(url) => {
			expect(forbiddenAddress(url, PUBLIC_API)).toBe('is not a web address');
			expect(forbiddenAddress(url, PRIVATE_API)).toBe('is not a web address');
		},
	);
});
