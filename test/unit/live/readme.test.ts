import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCassettes } from '../../../scripts/lib/live/cassettes';
import { EXCHANGE_ROUTES } from '../../../scripts/lib/live/exchange';
import { ROOT } from '../../../scripts/lib/paths';

/** The rows of the README's table, and the cassettes that each speaks of. */
const ROWS: Record<string, string[]> = {
	'Lists and definitions of apps': ['list', 'mine', 'get_app'],
	'Starting and reading runs': ['run', 'get_run'],
	Uploads: ['request_upload', 'uploads'],
	'Recent creations': ['creations'],
	'Credit usage and teams': ['credit_usage', 'team'],
	Callbacks: ['callback'],
	'What the storage of files answers': ['put_upload', 'file'],
};

const [, section = ''] =
	/\n## What was checked against the live service\n([\s\S]*?)\n## /.exec(
		readFileSync(join(ROOT, 'README.md'), 'utf8'),
	) ?? [];

const cassettes = readCassettes();

const knownFrom = (routes: string[]): string => {
	const origins = routes.map((route) => {
		const cassette = cassettes.get(route);
		return cassette ? `${cassette.origin} (${cassette.date})` : 'descriptions and reports only';
	});
	return [...new Set(origins)].join(', ');
};

describe('what the README says of the live service', () => {
	it('is where the cassettes come from', () => {
		const rows = [...section.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].slice(2);
		expect(Object.fromEntries(rows.map(([, what, from]) => [what, from]))).toEqual(
			Object.fromEntries(Object.entries(ROWS).map(([what, routes]) => [what, knownFrom(routes)])),
		);
	});

	it('speaks of every route', () => {
		const told = Object.values(ROWS).flat();
		expect(EXCHANGE_ROUTES.filter((route) => route !== 'unknown').toSorted()).toEqual(
			told.toSorted(),
		);
	});

	it('is “nothing so far” as long as no cassette is of the live service', () => {
		const isLive = [...cassettes.values()].some(({ origin }) => origin === 'live service');
		expect(section.includes('Nothing so far')).toBe(!isLive);
	});
});

it('lets no cassette of another server into the tests', () => {
	const origins = [...cassettes.values()].map(({ origin }) => origin);
	expect(origins).not.toContain('another server');
});

it('has each exchange in the cassette of its route', () => {
	for (const [name, { exchanges }] of cassettes) {
		expect(exchanges.map(({ route }) => route)).toEqual(exchanges.map(() => name));
	}
});
