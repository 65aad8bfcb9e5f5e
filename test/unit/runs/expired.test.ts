import { expiredFailure, isExpired } from '../../../nodes/Magnific/runs/expired';
import { app, run } from '../support/fixtures';

const asset = {
	id: 'a',
	url: 'https://files.example/a.png',
	tool: null,
	width: null,
	height: null,
	duration: null,
	created_at: null,
};
const files = { images: [asset], videos: [], audios: [] };
const HOUR = 3_600_000;
const end = Date.parse(run().completed_at ?? '');

describe('a run that another execution has started', () => {
	it('has expired once the links to its files have', () => {
		expect(isExpired(run({ result: files }), end + 11 * HOUR)).toBe(false);
		expect(isExpired(run({ result: files }), end + 12 * HOUR)).toBe(true);
		expect(isExpired(run({ result: files }), end + 13 * HOUR)).toBe(true);
	});

	it.each([
		['that made no files', run({ result: { images: [], videos: [], audios: [] } })],
		['without a result', run({ status: 'failed', result: null })],
		['that still goes', run({ status: 'running', completed_at: null, result: files })],
	])('%s has not', (_, old) => {
		expect(isExpired(old, end + 100 * HOUR)).toBe(false);
	});

	it('is told with its id, when its links expired, and how to get a new run', () => {
		const failure = expiredFailure(2, app(), run({ result: files }));
		expect(failure.message).toContain('vCrK3Aa47y');
		expect(failure.message).toContain('2026-11-01T12:00:20.000Z');
		expect(failure.advice).toMatch(/retry this execution once more/);
		expect(failure.details).toEqual({
			run_id: 'vCrK3Aa47y',
			app_id: 'uqzQLDr2Aw',
			app_name: 'Product Photo',
			status: 'completed',
			expires_at: '2026-11-01T12:00:20.000Z',
		});
	});

	it('is told with the app of the run where its app could not be read', () => {
		const old = run({ app_id: 'An0therApp', result: files });
		expect(expiredFailure(2, undefined, old).details).toMatchObject({
			app_id: 'An0therApp',
			app_name: null,
		});
	});
});
