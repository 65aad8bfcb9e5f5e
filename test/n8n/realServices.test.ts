import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { posterFromText } from '../../emulator/apps/posterFromText';
import type { RunRecord } from '../../emulator/index';
import { checkPicture } from '../../scripts/lib/demo/files';
import type { Execution } from '../../scripts/lib/n8n/execution';
import type { WorkflowNode } from '../../scripts/lib/n8n/workflow';
import { startPostgres, type PostgresServer } from '../../scripts/lib/services/postgres-server';
import { startSftp, type SftpServer } from '../../scripts/lib/services/sftp-server';
import { changedExample, firstInputOf, nodeOf, runFrom, startFrom } from './support/examples';
import { startMailServer, type MailServer } from './support/mailServer';
import { realN8n } from './support/realN8n';
import { workflowOf } from './support/workflows';

const SERVICES_TIMEOUT_MS = 600_000;
const n8n = realN8n();
let postgres: PostgresServer;
let sftp: SftpServer;
let smtp: MailServer;

const START = 'Every ten minutes';
const SET_UP = 'Set up the table';
const HEADLINE = firstInputOf(posterFromText);
const APP = posterFromText.sqid;

beforeAll(async () => {
	[postgres, sftp, smtp] = await Promise.all([startPostgres(), startSftp(), startMailServer()]);
	const host = '127.0.0.1';
	const { port, user, password, database } = postgres;
	const credentials = {
		postgres: { host, port, user, password, database, ssl: 'disable' },
		sftp: { host, port: sftp.port, username: sftp.user, privateKey: sftp.privateKey },
		smtp: { host, port: smtp.port, user: smtp.user, password: smtp.password, secure: false },
	};
	for (const [type, data] of Object.entries(credentials)) {
		await n8n.api.importCredential({ name: type, type, data });
	}
}, SERVICES_TIMEOUT_MS);

beforeEach(() => {
	smtp.mails.length = 0;
});

afterAll(async () => {
	for (const server of [postgres, sftp, smtp]) await server.close();
});

it('11: makes the new rows, puts the files on the server, notes both in the table, mails it, and pays for none again', async () => {
	const chain = await importChain('chain');
	const { control } = n8n.magnific;
	await chain.run(SET_UP);
	await control.setOutcome({ app_id: APP, skip: 1, status: 'failed', error_message: 'no paper' });
	await chain.run(START);

	const runs = await control.runs();
	expect(runs.map(({ inputs }) => inputs[HEADLINE])).toEqual([
		'Mornings taste better from clay',
		'Stay for one more chapter',
		'Sit down, the day can wait',
	]);
	const [mug, lamp, chair] = runs.map(({ run_id }) => run_id);
	const rows = [
		row('MUG-01', 'made', { run_id: mug, credits: 3, file: 'chain/MUG-01.png' }),
		row('LAMP-02', 'failed', { run_id: lamp, error: `Run ${lamp ?? ''} failed: no paper` }),
		row('VASE-03', 'failed', { error: '“Headline” is required, but has no value' }),
		row('CHAIR-04', 'made', { run_id: chair, credits: 3, file: 'chain/CHAIR-04.png' }),
	];
	expect(await chain.rows()).toEqual(rows);

	expect(await chain.pictures()).toEqual(['CHAIR-04.png', 'MUG-01.png']);
	expect(await chain.hashOf('MUG-01.png')).toBe(await hashOfResult(runs[0]));
	expect(await chain.hashOf('CHAIR-04.png')).toBe(await hashOfResult(runs[2]));

	const charges = (await control.charges()).map(({ run_id }) => run_id);
	expect(charges).toEqual(runs.map(({ run_id }) => run_id));

	const [mail, ...others] = smtp.mails;
	expect(others).toEqual([]);
	expect(mail?.from?.text).toBe('posters@example.com');
	expect(mail?.to).toMatchObject({ text: 'you@example.com' });
	expect(mail?.subject).toBe('Posters: 2 made, 2 failed, 0 unfinished');
	expect(mail?.text?.trim().split('\n')).toEqual([
		'2 made, 2 failed, 0 unfinished. The runs that did not fail cost 6 credits.',
		'',
		'Made',
		'- MUG-01: chain/MUG-01.png',
		'- CHAIR-04: chain/CHAIR-04.png',
		'',
		'Failed: set the state to new to try again',
		`- LAMP-02: Run ${lamp ?? ''} failed: no paper (run ${lamp ?? ''})`,
		'- VASE-03: “Headline” is required, but has no value (no run ID)',
	]);
	expect(mail?.attachments.map(({ filename }) => filename)).toEqual(['posters.csv']);
	const csv = mail?.attachments[0]?.content.toString().replace('\uFEFF', '').trim().split('\n');
	expect(csv?.map((line) => line.split(',').slice(0, 3).join())).toEqual([
		'sku,state,run_id',
		`MUG-01,made,${mug ?? ''}`,
		`LAMP-02,failed,${lamp ?? ''}`,
		'VASE-03,failed,',
		`CHAIR-04,made,${chair ?? ''}`,
	]);

	await control.clearRequests();
	const second = await chain.run(START);
	expect(second.runs['Poster']).toBeUndefined();
	expect(await control.requests()).toEqual([]);
	expect(await chain.rows()).toEqual(rows);
	expect(smtp.mails).toHaveLength(1);

	await chain.query(`UPDATE ${chain.table} SET state = 'new' WHERE sku = 'LAMP-02'`);
	await chain.run(START);
	const again = (await control.runs()).at(-1);
	expect(await control.charges()).toHaveLength(4);
	expect((await chain.rows())[1]).toEqual(
		row('LAMP-02', 'made', { run_id: again?.run_id, credits: 3, file: 'chain/LAMP-02.png' }),
	);
	expect(await chain.hashOf('LAMP-02.png')).toBe(await hashOfResult(again));
	expect(smtp.mails[1]?.subject).toBe('Posters: 1 made, 0 failed, 0 unfinished');
});

it('11: notes the run of a picture that is not on the server, leaves the row alone, and mails it until somebody has looked', async () => {
	const chain = await importChain('lost', ['MADE', 'A/FULL', 'LOST']);
	const { control } = n8n.magnific;
	await chain.run(SET_UP);
	await mkdir(join(sftp.folder, 'lost', 'A%2FFULL.png'), { recursive: true });
	// Whoever runs the tests may not be whom the server logs in.
	await chmod(join(sftp.folder, 'lost'), 0o777);
	await control.addFault({ route: 'run', skip: 2, fault: { kind: 'reset_after' } });
	await chain.run(START);

	const [made, full] = (await control.runs()).map(({ run_id }) => run_id);
	const rows = await chain.rows();
	expect(rows).toEqual([
		row('MADE', 'made', { run_id: made, credits: 3, file: 'lost/MADE.png' }),
		row('A/FULL', 'started', {
			run_id: full,
			credits: 3,
			error: expect.stringMatching(/^The picture is made, but not on the server: ./) as string,
		}),
		row('LOST', 'started', {
			error: expect.stringContaining('may have started and been charged') as string,
		}),
	]);
	const unfinished = ['A/FULL', 'LOST'].map(
		(sku, i) =>
			`- ${sku}: ${rows[i + 1]?.error ?? ''} (${i === 0 ? `run ${full ?? ''}` : 'no run ID'})`,
	);
	expect(smtp.mails[0]?.subject).toBe('Posters: 1 made, 0 failed, 2 unfinished');
	expect(smtp.mails[0]?.text?.trim().split('\n').slice(-2)).toEqual(unfinished);

	await chain.query(`UPDATE ${chain.table} SET started_at = now() - interval '3 hours'`);
	await chain.query(`INSERT INTO ${chain.table} (sku, headline) VALUES ('NEXT', 'Next')`);
	await chain.run(START);
	expect(await control.runs()).toHaveLength(4);
	expect(smtp.mails[1]?.subject).toBe('Posters: 1 made, 0 failed, 2 unfinished');
	expect(smtp.mails[1]?.text?.trim().split('\n').slice(-2)).toEqual(unfinished);
});

it('11: two executions at the same time pay for no row twice', async () => {
	const skus = Array.from({ length: 12 }, (_, i) => `SKU-${String(i + 1)}`);
	const chain = await importChain('twice', skus, { atOnce: 8 });
	await chain.run(SET_UP);
	const ids = [
		await startFrom(n8n.api, chain.id, START),
		await startFrom(n8n.api, chain.id, START),
	];
	const claimed: number[] = [];
	for (const id of ids) {
		const execution = await n8n.api.waitForEnd(id);
		expect(execution.error?.message).toBeUndefined();
		claimed.push(execution.json('Claim new rows').length);
	}

	expect(claimed.sort()).toEqual([4, 8]);
	const runs = await n8n.magnific.control.runs();
	expect(runs.map(({ inputs }) => inputs[HEADLINE]).sort()).toEqual(
		skus.map((sku) => `Headline of ${sku}`).sort(),
	);
	expect((await chain.rows()).map(({ sku, state }) => ({ sku, state }))).toEqual(
		skus.map((sku) => ({ sku, state: 'made' })),
	);
});

it('11: starts no run, and claims no row, where the pictures could not be written', async () => {
	const chain = await importChain('nowhere');
	await chain.run(SET_UP);
	const there = join(sftp.folder, 'nowhere');
	await writeFile(there, 'a file in the place of the folder');
	const execution = await n8n.api.waitForEnd(await startFrom(n8n.api, chain.id, START));
	await rm(there);
	expect(execution.status).toBe('error');
	expect(Object.keys(execution.runs).at(-1)).toBe('Can the folder be written?');
	expect(await n8n.magnific.control.requests()).toEqual([]);
	expect((await chain.rows()).map(({ state }) => state)).toEqual(['new', 'new', 'new', 'new']);
});

const rowSchema = z.object({
	sku: z.string(),
	state: z.string(),
	run_id: z.string().nullable(),
	credits: z.number().nullable(),
	file: z.string().nullable(),
	error: z.string().nullable(),
});
type Row = z.infer<typeof rowSchema>;

/** The row that the table should have. */
function row(
	sku: string,
	state: string,
	{
		run_id = null,
		credits = null,
		file = null,
		error = null,
	}: { [field in keyof Row]?: Row[field] | undefined },
): Row {
	return { sku, state, run_id, credits, file, error };
}

interface Chain {
	/** Of the stored workflow. */
	id: string;
	table: string;
	/** Runs it from one of its triggers to an end without an error. */
	run(trigger: string): Promise<Execution>;
	/** What a statement gives, by n8n's own node. */
	query(statement: string): Promise<Array<Record<string, unknown>>>;
	/** The table's, in the order in which they were put in. */
	rows(): Promise<Row[]>;
	/** Names of the pictures on the server, sorted. */
	pictures(): Promise<string[]>;
	/** Of a picture on the server, after it was decoded. */
	hashOf(name: string): Promise<string>;
}

/**
 * Stores the example with a table and a folder of its own, and runs that start one by one.
 *
 * @param skus in the place of the sample rows
 * @param atOnce how many rows an execution claims
 */
async function importChain(
	name: string,
	skus?: readonly string[],
	{ atOnce = 50 }: { atOnce?: number } = {},
): Promise<Chain> {
	const table = `products_${name}`;
	const workflow = await changedExample('11', [
		['magnific_products', table],
		['"value":"posters"', `"value":"${name}"`],
		['LIMIT 50', `LIMIT ${String(atOnce)}`],
		['"maxWait":60', '"maxWait":60,"maxConcurrentRuns":1'],
	]);
	const id = await n8n.api.importWorkflow(workflow);
	const tableNode = nodeOf(workflow, 'Table of products');
	const query: Chain['query'] = async (statement) => {
		const node: WorkflowNode = {
			...tableNode,
			parameters: { ...tableNode.parameters, query: statement },
		};
		const execution = await n8n.api.runWorkflow(workflowOf(statement.slice(0, 60), node));
		expect(execution.error?.message).toBeUndefined();
		return execution.json(node.name);
	};
	const folder = join(sftp.folder, name);
	return {
		id,
		table,
		query,
		run: async (trigger) => {
			const execution = await runFrom(n8n.api, id, trigger);
			expect(execution.error?.message).toBeUndefined();
			if (trigger === SET_UP && skus) {
				const values = skus.map((sku) => `('${sku}', 'Headline of ${sku}')`).join();
				await query(`DELETE FROM ${table}`);
				await query(`INSERT INTO ${table} (sku, headline) VALUES ${values}`);
			}
			return execution;
		},
		rows: async () => {
			const rows = await query(`SELECT * FROM ${table} ORDER BY id`);
			return rows.map((json) => rowSchema.parse(json));
		},
		pictures: async () => (await readdir(folder)).filter((file) => file.endsWith('.png')).sort(),
		hashOf: async (file) => {
			const content = await readFile(join(folder, file));
			await checkPicture(content, 'image/png', file);
			return hash(content);
		},
	};
}

const resultSchema = z.object({ images: z.tuple([z.object({ url: z.string() })]) });

/** Of the picture that the local Magnific made, as it serves it. */
async function hashOfResult(run: RunRecord | undefined): Promise<string> {
	const { images } = resultSchema.parse(run?.result);
	const answer = await fetch(images[0].url);
	expect(answer.status).toBe(200);
	return hash(Buffer.from(await answer.arrayBuffer()));
}

function hash(content: Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}
