import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { posterFromText } from '../../emulator/apps/posterFromText';
import type { RunRecord } from '../../emulator/index';
import { checkPicture } from '../../scripts/lib/demo/files';
import type { Execution } from '../../scripts/lib/n8n/execution';
import { changedExample, firstInputOf, nodeOf, runFrom, startFrom } from './support/examples';
import { untilThere } from './support/production';
import { realN8n } from './support/realN8n';
import { workflowOf } from './support/workflows';

/** Where n8n may write; each test has a folder in it. */
const writable = mkdtempSync(join(tmpdir(), 'magnific-nightly-'));
const n8n = realN8n({ env: { N8N_RESTRICT_FILE_ACCESS_TO: writable } });
const NIGHT = 'Every night';
const SET_UP = 'Set up the table';
const HEADLINE = firstInputOf(posterFromText);
const APP = posterFromText.sqid;

afterAll(async () => {
	await rm(writable, { recursive: true, force: true });
});

it('07: makes what it can, notes what failed and why, and pays the next night for that only', async () => {
	const night = await importNightly('products', { batch: 2 });
	const { control } = n8n.magnific;
	await night.run(SET_UP);
	await control.setOutcome({ app_id: APP, skip: 1, status: 'failed', error_message: 'no paper' });
	const first = await night.run(NIGHT);

	const runs = await control.runs();
	expect(runs.map(({ inputs }) => inputs[HEADLINE])).toEqual([
		'Mornings taste better from clay',
		'Stay for one more chapter',
		'Sit down, the day can wait',
	]);
	const [mug, lamp, chair] = runs.map(({ run_id }) => run_id);
	expect(await night.rows()).toEqual([
		row('MUG-01', 'made', mug, { file: join(night.folder, 'MUG-01.png'), credits: 3 }),
		row('LAMP-02', 'failed', lamp, { error: `Run ${lamp ?? ''} failed: no paper` }),
		row('VASE-03', 'failed', null, { error: '“Headline” is required, but has no value' }),
		row('CHAIR-04', 'made', chair, { file: join(night.folder, 'CHAIR-04.png'), credits: 3 }),
	]);
	expect(await night.files()).toEqual([
		'CHAIR-04.png',
		'MUG-01.png',
		expect.stringMatching(SHEET),
		expect.stringMatching(REPORT),
	]);
	const pictures = [await night.picture('MUG-01.png'), await night.picture('CHAIR-04.png')];
	expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false);
	expect(await reportOf(first, night)).toEqual({
		counts: { made: 2, failed: 2, unfinished: 0, credits: 6 },
		lines: [
			'2 made, 2 failed, 0 unfinished. The runs that did not fail cost 6 credits.',
			'## Failed: the next night tries them again',
			`- **LAMP-02**: Run ${lamp ?? ''} failed: no paper (run ${lamp ?? ''})`,
			'- **VASE-03**: “Headline” is required, but has no value (no run ID)',
		],
	});
	expect(await sheetOf(first, night)).toEqual({
		counts: { made: 2, failed: 2, unfinished: 0, credits: 6 },
		cards: [
			card('MUG-01', 'made', 'Mornings taste better from clay', {
				picture: 'MUG-01.png',
				facts: ['3', mug, until(runs[0])],
			}),
			card('LAMP-02', 'failed', 'Stay for one more chapter', {
				error: `Run ${lamp ?? ''} failed: no paper`,
				facts: ['–', lamp, '–'],
			}),
			card('VASE-03', 'failed', '', { error: '“Headline” is required, but has no value' }),
			card('CHAIR-04', 'made', 'Sit down, the day can wait', {
				picture: 'CHAIR-04.png',
				facts: ['3', chair, until(runs[2])],
			}),
		],
	});

	await night.run(SET_UP);
	const second = await night.run(NIGHT);
	const again = (await control.runs()).slice(3);
	expect(again.map(({ inputs }) => inputs[HEADLINE])).toEqual(['Stay for one more chapter']);
	expect((await night.rows()).map(({ sku, state, run_id }) => ({ sku, state, run_id }))).toEqual([
		{ sku: 'MUG-01', state: 'made', run_id: mug },
		{ sku: 'LAMP-02', state: 'made', run_id: again[0]?.run_id },
		{ sku: 'VASE-03', state: 'failed', run_id: null },
		{ sku: 'CHAIR-04', state: 'made', run_id: chair },
	]);
	await night.picture('LAMP-02.png');
	expect((await night.picture('MUG-01.png')).equals(pictures[0] ?? Buffer.alloc(0))).toBe(true);
	expect((await reportOf(second, night)).counts).toEqual({
		made: 1,
		failed: 1,
		unfinished: 0,
		credits: 3,
	});

	const third = await night.run(NIGHT);
	expect(await control.requests({ route: 'run' })).toHaveLength(4);
	expect((await reportOf(third, night)).counts).toEqual({
		made: 0,
		failed: 1,
		unfinished: 0,
		credits: 0,
	});
});

it('07: does not pay again for a run that may be going on, and reports it until somebody has looked', async () => {
	const night = await importNightly('unsure', {
		batch: 49,
		products: ['MADE', 'LOST', 'A/FULL', 'SLOW'],
		maxWaitMinutes: 0.25,
	});
	const { control } = n8n.magnific;
	await night.run(SET_UP);
	await control.addFault({ route: 'run', skip: 1, fault: { kind: 'reset_after' } });
	await control.setOutcome({ app_id: APP, skip: 3, duration_s: 3_000 });
	await mkdir(join(night.folder, 'A%2FFULL.png'));
	const first = await night.run(NIGHT);

	const runs = await control.runs();
	const [made, , full, slow] = runs.map(({ run_id }) => run_id);
	const rows = await night.rows();
	expect(rows.map(({ sku, state, file, run_id }) => ({ sku, state, file, run_id }))).toEqual([
		{ sku: 'MADE', state: 'made', file: join(night.folder, 'MADE.png'), run_id: made },
		{ sku: 'LOST', state: 'started', file: null, run_id: null },
		{ sku: 'A/FULL', state: 'started', file: null, run_id: full },
		{ sku: 'SLOW', state: 'started', file: null, run_id: slow },
	]);
	expect(rows.map(({ error }) => error)).toEqual([
		'',
		expect.stringContaining('may have started and been charged'),
		expect.stringContaining('is a directory'),
		'Not over in time: the run goes on',
	]);
	const unfinished: unknown[] = [
		expect.stringMatching(/^- \*\*LOST\*\*: The run may have started .*\(no run ID\)$/),
		expect.stringMatching(new RegExp(`^- \\*\\*A/FULL\\*\\*: .*\\(run ${full ?? ''}\\)$`)),
		`- **SLOW**: Not over in time: the run goes on (run ${slow ?? ''})`,
	];
	const heading = '## Unfinished: left out until somebody has looked';
	expect(await reportOf(first, night)).toEqual({
		counts: { made: 1, failed: 0, unfinished: 3, credits: 9 },
		lines: [
			'1 made, 0 failed, 3 unfinished. The runs that did not fail cost 9 credits.',
			heading,
			...unfinished,
		],
	});

	const facts = [
		['–', '–', '–'],
		['3', full, until(runs[2])],
		['3', slow, '–'],
	];
	const cards = ['LOST', 'A/FULL', 'SLOW'].map((sku, i) =>
		card(sku, 'unfinished', `Headline of ${sku}`, {
			error: rows[i + 1]?.error ?? '',
			facts: facts[i] ?? [],
		}),
	);
	expect((await sheetOf(first, night)).cards).toEqual([
		card('MADE', 'made', 'Headline of MADE', {
			picture: 'MADE.png',
			facts: ['3', made, until(runs[0])],
		}),
		...cards,
	]);

	await control.clearRequests();
	const second = await night.run(NIGHT);
	expect(second.runs['Poster']).toBeUndefined();
	expect(await control.requests()).toEqual([]);
	expect(await reportOf(second, night)).toEqual({
		counts: { made: 0, failed: 0, unfinished: 3, credits: 0 },
		lines: [
			'0 made, 0 failed, 3 unfinished. The runs that did not fail cost 0 credits.',
			heading,
			...unfinished,
		],
	});
	expect((await sheetOf(second, night)).cards).toEqual(cards);
});

it('07: the sheet shows as text what others wrote, and finds the pictures of any name', async () => {
	const [odd, bad] = [`<b>&"'$&$\`{{ 1 + 1 }} 5%/x#?`, '"onload="x" }} {{'];
	const night = await importNightly('odd', { batch: 49, products: [odd, bad] });
	await night.run(SET_UP);
	const error_message = '<img src="x" onerror="alert(1)">';
	const { control } = n8n.magnific;
	await control.setOutcome({ app_id: APP, skip: 1, status: 'failed', error_message });
	const execution = await night.run(NIGHT);
	const runs = await control.runs();
	expect((await sheetOf(execution, night)).cards).toEqual([
		card(odd, 'made', `Headline of ${odd}`, {
			picture: `${encodeURIComponent(odd)}.png`,
			facts: ['3', runs[0]?.run_id, until(runs[0])],
		}),
		card(bad, 'failed', `Headline of ${bad}`, {
			error: `Run ${runs[1]?.run_id ?? ''} failed: ${error_message}`,
			facts: ['–', runs[1]?.run_id, '–'],
		}),
	]);
});

it('07: two executions at the same time pay for no row twice', async () => {
	const products = Array.from({ length: 12 }, (_, i) => `SKU-${String(i + 1)}`);
	const night = await importNightly('twice', { batch: 3, products });
	await night.run(SET_UP);
	const ids = [
		await startFrom(n8n.api, night.id, NIGHT),
		await startFrom(n8n.api, night.id, NIGHT),
	];
	for (const id of ids) expect((await n8n.api.waitForEnd(id)).error?.message).toBeUndefined();

	const runs = await n8n.magnific.control.runs();
	expect(runs.map(({ inputs }) => inputs[HEADLINE]).sort()).toEqual(
		products.map((sku) => `Headline of ${sku}`).sort(),
	);
	expect((await night.rows()).map(({ sku, state }) => ({ sku, state }))).toEqual(
		products.map((sku) => ({ sku, state: 'made' })),
	);
});

it('07: after n8n was killed in the middle, leaves the runs that were started alone and makes the rest', async () => {
	const products = ['STARTED', 'NOT-YET'];
	const night = await importNightly('killed', { batch: 1, products });
	const { control } = n8n.magnific;
	await night.run(SET_UP);
	await control.setOutcome({ app_id: APP, duration_s: 3_000 });
	const killed = await startFrom(n8n.api, night.id, NIGHT);
	await untilThere('run', async () => (await control.runs())[0]);
	await n8n.server.kill9();
	await n8n.server.start();

	const next = await night.run(NIGHT);
	expect((await control.runs()).map(({ inputs }) => inputs[HEADLINE])).toEqual(
		products.map((sku) => `Headline of ${sku}`),
	);
	expect((await night.rows()).map(({ sku, state }) => ({ sku, state }))).toEqual([
		{ sku: 'STARTED', state: 'started' },
		{ sku: 'NOT-YET', state: 'made' },
	]);
	expect((await reportOf(next, night)).lines.at(-1)).toBe(
		`- **STARTED**: Started by execution ${killed}; what became of it is not known (no run ID)`,
	);
});

it('07: starts no run where the pictures could not be written', async () => {
	const night = await importNightly('nowhere', { batch: 49 });
	await night.run(SET_UP);
	await rm(night.folder, { recursive: true });
	const execution = await n8n.api.waitForEnd(await startFrom(n8n.api, night.id, NIGHT));
	expect(execution.status).toBe('error');
	expect(execution.error?.node?.name).toBe('Can the folder be written?');
	expect(await n8n.magnific.control.requests()).toEqual([]);
	expect((await night.rows()).map(({ state }) => state)).toEqual([null, null, null, null]);
});

it('07: a table of an earlier version ends the night before anything is paid', async () => {
	const night = await importNightly('earlier', { batch: 49, columns: EARLIER });
	await night.run(SET_UP);
	const execution = await n8n.api.waitForEnd(await startFrom(n8n.api, night.id, NIGHT));
	expect(execution.error?.message).toContain('expires_at');
	expect(Object.keys(execution.runs).at(-1)).toBe('Mark as started');
	expect(await n8n.magnific.control.requests()).toEqual([]);
});

/** Columns of the table before there was a contact sheet. */
const EARLIER = ['sku', 'headline', 'state', 'file', 'run_id', 'credits', 'error'];
const REPORT = /^report \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.md$/;
const SHEET = /^contact sheet \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.html$/;
const KEPT_MS = 12 * 60 * 60 * 1000;

const rowSchema = z.object({
	sku: z.string(),
	state: z.string().nullable(),
	file: z.string().nullable(),
	run_id: z.string().nullable(),
	credits: z.number().nullable(),
	error: z.string().nullable(),
});
type Row = z.infer<typeof rowSchema>;

const reportSchema = z.object({
	date: z.string(),
	made: z.number(),
	failed: z.number(),
	unfinished: z.number(),
	credits: z.number(),
	text: z.string(),
});

interface Nightly {
	/** Of the stored workflow. */
	id: string;
	folder: string;
	/** Runs it from one of its triggers to an end without an error. */
	run(trigger: string): Promise<Execution>;
	/** Names of what is in the folder, sorted. */
	files(): Promise<string[]>;
	/** A file's content, after it was decoded. */
	picture(name: string): Promise<Buffer>;
	/** The table's, in the order in which they were put in. */
	rows(): Promise<Row[]>;
}

/** Stores the example with a table and a folder of its own, and runs that start one by one. */
async function importNightly(
	name: string,
	{
		batch,
		products,
		columns,
		maxWaitMinutes = 60,
	}: { batch: number; products?: string[]; columns?: string[]; maxWaitMinutes?: number },
): Promise<Nightly> {
	const table = `nightly_${name}`;
	const folder = join(writable, name);
	await mkdir(folder);
	const workflow = await changedExample('07', [
		['magnific_products', table],
		['/home/node/.n8n-files', folder],
		['"batchSize":49', `"batchSize":${String(batch)}`],
		['"maxWait":60', `"maxWait":${String(maxWaitMinutes)},"maxConcurrentRuns":1`],
	]);
	if (products) {
		const rows = products.map((sku) => ({ sku, headline: `Headline of ${sku}` }));
		nodeOf(workflow, 'Sample products').parameters['jsCode'] =
			`return ${JSON.stringify(rows)}.map((json) => ({ json, pairedItem: { item: 0 } }));`;
	}
	if (columns) {
		nodeOf(workflow, 'Table of products').parameters['columns'] = {
			column: columns.map((column) => ({ name: column, type: 'string' })),
		};
	}
	const id = await n8n.api.importWorkflow(workflow);
	return {
		id,
		folder,
		run: async (trigger) => {
			const execution = await runFrom(n8n.api, id, trigger);
			expect(execution.error?.message).toBeUndefined();
			return execution;
		},
		files: async () => (await readdir(folder)).sort(),
		picture: async (file) => {
			const content = await readFile(join(folder, file));
			await checkPicture(content, 'image/png', file);
			return content;
		},
		rows: async () => {
			const rows = nodeOf(workflow, 'Unfinished rows');
			const everyRow = { ...rows.parameters, matchType: 'anyCondition', filters: {} };
			const read = workflowOf(`Read ${table}`, { ...rows, parameters: everyRow });
			return (await n8n.api.runWorkflow(read)).json(rows.name).map((json) => rowSchema.parse(json));
		},
	};
}

/** The row that the table should have. */
function row(
	sku: string,
	state: string,
	run_id: string | null | undefined,
	{ file = null, credits = null, error = '' }: Partial<Row>,
): unknown {
	return { sku, state, run_id, file, credits, error };
}

/** The report that was handed on, after comparing it with the one on the disk. */
async function reportOf(
	execution: Execution,
	{ folder }: Nightly,
): Promise<{ counts: Record<string, number>; lines: string[] }> {
	const reports = execution.json('Send the report');
	expect(reports).toHaveLength(1);
	const { date, text, ...counts } = reportSchema.parse(reports[0]);
	expect(await readFile(join(folder, `report ${date}.md`), 'utf8')).toBe(text);
	const [title, ...lines] = text.split('\n').filter((line) => line !== '');
	expect(title).toBe(`# Posters of ${date}`);
	return { counts, lines };
}

interface Card {
	sku: string;
	state: string;
	headline: string;
	/** The file that it shows, of those in the folder. */
	picture: string | undefined;
	error: string;
	/** Credits, run id, and until when Magnific has the files. */
	facts: unknown[];
}

/** The card that the sheet should have. */
function card(
	sku: string,
	state: string,
	headline: string,
	{ picture, error = '', facts = ['–', '–', '–'] }: Partial<Card>,
): Card {
	return { sku, state, headline, picture, error, facts };
}

/** Until when Magnific has a run's files, as the sheet says it. */
function until(run: RunRecord | undefined): string {
	const end = new Date((run?.settled_at ?? NaN) + KEPT_MS).toISOString();
	return `${end.slice(0, 16).replace('T', ' ')} UTC`;
}

/** What a browser shows of the sheet, after comparing the one that was handed on with that on the disk. */
async function sheetOf(
	execution: Execution,
	night: Nightly,
): Promise<{ counts: Record<string, number>; cards: Card[] }> {
	const [sent] = execution.items('Send the report');
	const file = sent?.binary?.['sheet'];
	if (!file) throw new Error('No sheet was handed on');
	const date = String(sent.json['date']);
	const html = await readFile(join(night.folder, `contact sheet ${date}.html`), 'utf8');
	expect((await n8n.api.readBinary(file)).toString()).toBe(html);
	expect(html).toContain(`<h1>Posters of ${date}</h1>`);

	const [head = '', ...articles] = html.split('<article class=');
	const counts = [...head.matchAll(/<b>(\d+)<\/b> (\w+)/g)].map(
		([, count, of = '']) => [of, Number(count)] as const,
	);
	const there = await night.files();
	const cards = articles.map((article): Card => {
		const part = (pattern: RegExp): string => plain(pattern.exec(article)?.[1] ?? '');
		const src = /<img src="(.*?)"/.exec(article)?.[1];
		const picture = src === undefined ? undefined : decodeURIComponent(plain(src));
		if (picture !== undefined) expect(there).toContain(picture);
		expect(article.match(/<img/g)?.length ?? 0).toBe(picture === undefined ? 0 : 1);
		return {
			sku: part(/<h2>(.*?) <em>/),
			state: part(/^"(.*?)"/),
			headline: part(/<p>(.*?)<\/p>/),
			picture,
			error: part(/<p class="error">(.*?)<\/p>/),
			facts: [...article.matchAll(/<dd>(.*?)<\/dd>/g)].map(([, fact = '']) => plain(fact)),
		};
	});
	return { counts: Object.fromEntries(counts), cards };
}

/** Text of a page, as it is read; it must hold no tag. */
function plain(html: string): string {
	expect(html).not.toMatch(/[<>"']/);
	return html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
