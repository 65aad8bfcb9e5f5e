import { startEmulator, type Control, type Emulator } from '../../emulator';
import { isRecord } from '../../nodes/Magnific/api/guards';
import type { Verdict } from '../../scripts/lib/live/assumption';
import { routeOf } from '../../scripts/lib/live/exchange';
import type { Seen } from '../engine/support/origin';
import { items, record, text } from './support/client';
import { cheapRun, look, type Looked } from './support/liveLook';
import { startRewriting, withJson, type Rewrite, type Rewriting } from './support/rewriting';
import { freePort } from '../../scripts/lib/services/ports';
import { SPEED } from '../engine/support/fastClock';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../engine/support/fastClock'),
);

let emulator: Emulator;
/** Before the emulator. */
let proxy: Rewriting;
/** Before whoever takes the callbacks. */
let callbacks: Rewriting;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: SPEED, requestsPerMinute: 5_000 });
});
beforeEach(async () => {
	proxy = await startRewriting(emulator.url);
	callbacks = await startRewriting('');
	await emulator.control.settings({
		fileOrigin: proxy.url,
		imageSize: 64,
		status502Every: null,
	});
});
afterEach(async () => {
	await proxy.close();
	await callbacks.close();
	await emulator.control.reset();
});
afterAll(() => emulator.close());

async function lookThrough(): Promise<Looked> {
	const port = await freePort();
	callbacks.target = `http://127.0.0.1:${String(port)}`;
	return await look({
		apiKey: emulator.apiKey,
		baseUrl: proxy.url,
		run: cheapRun({
			callback: { url: new URL(callbacks.url), port, secret: emulator.webhookSecret },
		}),
	});
}

const isRoute = (request: Seen, ...routes: string[]): boolean =>
	routes.includes(routeOf(request.method, request.path) ?? '');

/** Changes the JSON of the answers of a route. */
const onRoute =
	(route: string, change: (json: Record<string, unknown>) => unknown): Rewrite =>
	(answer, request) =>
		isRoute(request, route) && answer.status < 300
			? withJson(answer, (json) => change(record(json)))
			: answer;

const onRun = (change: (run: Record<string, unknown>) => unknown): Rewrite =>
	onRoute('get_run', ({ data }) => ({ data: change(record(data)) }));

/** A change of all URLs in an answer, with the way back for the requests that come of them. */
function readdress(route: string, change: (url: string) => string): void {
	const originals = new Map<string, string>();
	const changed = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(changed);
		if (isRecord(value)) {
			return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, changed(one)]));
		}
		if (typeof value !== 'string' || !value.includes('/files/')) return value;
		const url = change(value);
		originals.set(url.replace(proxy.url, ''), value.replace(proxy.url, ''));
		return url;
	};
	proxy.rewrite = onRoute(route, changed);
	proxy.rewriteRequest = (request) => ({
		...request,
		path: originals.get(request.path) ?? request.path,
	});
}

const LENGTH_RANGE = 'x-goog-content-length-range';

const renamed = (object: unknown, from: string, to: string): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(record(object)).map(([name, value]) => [name === from ? to : name, value]),
	);

interface Deviation {
	name: string;
	/** Makes the service answer otherwise. */
	set: (control: Control) => Promise<void> | void;
	/** The rows that have to name it, no others, and the worst of their verdicts. */
	rows: string[];
	verdict: Verdict;
	/** In the first of the rows. */
	seen: RegExp;
}

const DEVIATIONS: Deviation[] = [
	{
		name: 'another wrapper around the list',
		set: () => {
			proxy.rewrite = onRoute('list', ({ data }) => ({ apps: data }));
		},
		rows: ['list.shape'],
		verdict: 'breaks',
		seen: /no list of apps; it has no data/,
	},
	{
		name: 'the status of a run without data around it',
		set: (control) => control.setOutcome({ bare: true, times: -1 }),
		rows: ['run.shape'],
		verdict: 'differs',
		seen: /it has no data/,
	},
	{
		name: 'a status in capitals',
		set: () => {
			proxy.rewrite = onRun((run) => ({ ...run, status: text(run.status).toUpperCase() }));
		},
		rows: ['run.statuses', 'run.shape'],
		verdict: 'differs',
		seen: /COMPLETED/,
	},
	{
		name: 'a status of another name',
		set: (control) => control.setOutcome({ status: 'succeeded', times: -1 }),
		rows: ['run.statuses', 'run.shape', 'callback.events', 'callback.result'],
		verdict: 'differs',
		seen: /succeeded/,
	},
	{
		name: 'times of a run in Unix seconds',
		set: () => {
			proxy.rewrite = onRun((run) => ({ ...run, started_at: 1_795_738_876 }));
		},
		rows: ['run.shape'],
		verdict: 'differs',
		seen: /data\.started_at is not string,null/,
	},
	{
		name: 'a run answer wrapped in data',
		set: (control) => control.setOutcome({ wrapped: true, times: -1 }),
		rows: ['run.answer'],
		verdict: 'differs',
		seen: /it has no workflow_run_identifier/,
	},
	{
		name: '200 in the place of 202',
		set: () => {
			proxy.rewrite = (answer, request) =>
				isRoute(request, 'run') ? { ...answer, status: 200 } : answer;
		},
		rows: ['run.accepted'],
		verdict: 'differs',
		seen: /^200$/,
	},
	{
		name: 'files under other names',
		set: () => {
			readdress('get_run', (url) => url.replace('/render.png', '/picture.png'));
		},
		rows: ['run.file_urls'],
		verdict: 'differs',
		seen: /picture\.png/,
	},
	{
		name: 'file URLs that do not tell their end',
		set: () => {
			readdress('get_run', (url) => url.replace(/\?.*/, ''));
		},
		rows: ['run.expiry'],
		verdict: 'differs',
		seen: /tell none/,
	},
	{
		name: 'creations with numbers for ids',
		set: () => {
			proxy.rewrite = onRoute('creations', ({ data, ...rest }) => ({
				...rest,
				data: items(data).map((one) => ({
					...record(one),
					creation: { ...record(record(one).creation), identifier: 8_421 },
				})),
			}));
		},
		rows: ['creations.ids', 'creations.shape', 'run.creations'],
		verdict: 'breaks',
		seen: /such as 8421/,
	},
	{
		name: 'usage without data around it',
		set: () => {
			proxy.rewrite = onRoute('credit_usage', ({ data }) => data);
		},
		rows: ['usage.shape'],
		verdict: 'differs',
		seen: /is not object/,
	},
	{
		name: 'other upload headers',
		set: () => {
			proxy.rewrite = onRoute('request_upload', ({ files }) => ({
				files: items(files).map((file) => ({
					...record(file),
					headers: renamed(record(file).headers, LENGTH_RANGE, 'x-amz-length'),
				})),
			}));
			proxy.rewriteRequest = (request) => ({
				...request,
				headers: Object.fromEntries(
					Object.entries(request.headers).map(([name, value]) => [
						name === 'x-amz-length' ? LENGTH_RANGE : name,
						value,
					]),
				),
			});
		},
		rows: ['upload.headers', 'upload.shape'],
		verdict: 'differs',
		seen: /content-type, x-amz-length/,
	},
	{
		name: 'fewer upload addresses than were asked for',
		set: () => {
			proxy.rewrite = onRoute('request_upload', ({ files }) => ({ files: [items(files)[0]] }));
		},
		rows: ['upload.order'],
		verdict: 'breaks',
		seen: /fewer/,
	},
	{
		name: 'uploads whose URL does not tell its end',
		set: () => {
			readdress('request_upload', (url) => url.replace(/\?.*/, ''));
		},
		rows: ['upload.expiry', 'upload.shape'],
		verdict: 'differs',
		seen: /does not tell its end/,
	},
	{
		name: 'no headers about the limits',
		set: async (control) => {
			await control.settings({ rateLimitHeaders: false });
		},
		rows: ['limits.headers'],
		verdict: 'differs',
		seen: /no x-ratelimit-limit/,
	},
	{
		name: 'a 429 within the limits',
		set: async (control) => {
			await control.addFault({ route: 'mine', fault: { kind: 'status', status: 429 } });
		},
		rows: ['limits.kept'],
		verdict: 'differs',
		seen: /1 in \d+ requests: mine/,
	},
	{
		name: 'another body of refusals',
		set: () => {
			proxy.rewrite = (answer) =>
				answer.status >= 400
					? withJson(answer, (json) => ({ fault: text(record(json).message).length }))
					: answer;
		},
		rows: ['errors.shape'],
		verdict: 'breaks',
		seen: /no message; it has no message; it has fault besides/,
	},
	{
		name: 'a wrong key that is forbidden and not refused',
		set: () => {
			proxy.rewrite = (answer) => (answer.status === 401 ? { ...answer, status: 403 } : answer);
		},
		rows: ['key.refused'],
		verdict: 'breaks',
		seen: /^403$/,
	},
	{
		name: 'a page in the place of an unknown app',
		set: () => {
			proxy.rewrite = (answer, request) =>
				isRoute(request, 'get_app') && answer.status === 404
					? { status: 404, headers: { 'content-type': 'text/html' }, body: Buffer.from('gone') }
					: answer;
		},
		rows: ['app.unknown'],
		verdict: 'breaks',
		seen: /^404, not JSON$/,
	},
	{
		name: 'a server that has only the older family',
		set: async (control) => {
			await control.settings({ families: ['apps'] });
		},
		rows: ['family.both'],
		verdict: 'differs',
		seen: /^apps 200, flows 404$/,
	},
	{
		name: 'a server that has only the newer family',
		set: async (control) => {
			await control.settings({ families: ['flows'] });
		},
		rows: ['family.both'],
		verdict: 'differs',
		seen: /^apps 404, flows 200$/,
	},
	{
		name: 'an input of a type that is not known',
		set: () => {
			proxy.rewrite = onRoute('get_app', ({ data }) => {
				const app = record(data);
				const inputs = items(app.inputs).map((input) => ({ ...record(input), type: 'colour' }));
				return { data: { ...app, inputs } };
			});
		},
		rows: ['app.types', 'app.shape'],
		verdict: 'differs',
		seen: /colour/,
	},
	{
		name: 'a search that is not heeded',
		set: () => {
			proxy.rewriteRequest = (request) => ({
				...request,
				path: request.path.replace(/\?search=.*/, ''),
			});
		},
		rows: ['list.search'],
		verdict: 'differs',
		seen: /^10 of 10, 1 have the word$/,
	},
	{
		name: 'callbacks with ISO timestamps',
		set: (control) => control.webhooks({ timestampUnit: 'iso' }),
		rows: ['callback.timestamp'],
		verdict: 'differs',
		seen: /^\d{4}-\d\d-\d\dT/,
	},
	{
		name: 'callbacks in another envelope',
		set: (control) => control.webhooks({ envelope: 'data', eventField: 'type' }),
		rows: ['callback.envelope'],
		verdict: 'differs',
		seen: /^data$/,
	},
	{
		name: 'callbacks without the result',
		set: (control) => control.webhooks({ includeResult: false }),
		rows: ['callback.result'],
		verdict: 'differs',
		seen: /API has to be asked/,
	},
	{
		name: 'callbacks with a signature of another kind',
		set: () => {
			callbacks.rewriteRequest = (request) => ({
				...request,
				headers: { ...request.headers, 'webhook-signature': `sha256=${'ab'.repeat(32)}` },
			});
		},
		rows: ['callback.signature_form', 'callback.signature'],
		verdict: 'breaks',
		seen: /^sha256=/,
	},
	{
		name: 'callbacks signed with another secret',
		set: (control) => control.webhooks({ secrets: ['another-secret'] }),
		rows: ['callback.signature'],
		verdict: 'breaks',
		seen: /wrong/,
	},
];

it('finds the emulator as assumed', async () => {
	const { rows, trouble, odd, page } = await lookThrough();
	expect(trouble).toEqual([]);
	expect(odd).toEqual([]);
	const unseen = rows.filter(({ verdict }) => verdict === 'unseen').map(({ id }) => id);
	expect(unseen.filter((id) => id !== 'vendor.openapi')).toEqual([]);
	for (const { id } of rows) expect(page).toContain(`id="${id}"`);
	expect(await emulator.control.charges()).toHaveLength(1);
});

it.each(DEVIATIONS)('names $name', async ({ set, rows: expected, verdict, seen }) => {
	await set(emulator.control);
	const { rows, odd, page } = await lookThrough();
	expect(odd.toSorted()).toEqual(expected.toSorted());
	const named = rows.filter(({ id }) => expected.includes(id));
	expect(named.some((row) => row.verdict === verdict)).toBe(true);
	expect(rows.find(({ id }) => id === expected[0])?.seen).toMatch(seen);
	expect(page).toContain(`<span class="pill ${verdict === 'breaks' ? 'bad' : 'part'}"`);
});
