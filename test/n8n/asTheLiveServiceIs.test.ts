import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { FOREIGN_RUN_ID } from '../../emulator';
import { rateWindows } from '../../nodes/Magnific/api/budget';
import { picture } from '../engine/support/files';
import { startOrigin, type Origin } from '../engine/support/origin';
import { appRun, fields, inputId } from '../engine/support/parameters';
import { magnificCredential } from './support/credential';
import { activate, executionsOf, listening, TRIGGER } from './support/listening';
import { allCompleted, outcomesOf } from './support/outcomes';
import { realN8n } from './support/realN8n';
import { itemsNode, magnificNode, workflowOf, type TestItem } from './support/workflows';

const REQUESTS_PER_MINUTE = 600;
const n8n = realN8n({ magnific: { requestsPerMinute: REQUESTS_PER_MINUTE, timeScale: 1 } });
const LONG_MS = 180_000;

const numbered = (count: number): TestItem[] =>
	Array.from({ length: count }, (_, index) => ({ json: { headline: `Poster ${String(index)}` } }));
const poster = fields(posterFromText, { Headline: '={{ $json.headline }}' });

/** The ids of runs that were started and are over, in the order of their items. */
const finishedRuns = async (count: number): Promise<string[]> => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: 1 } });
	const started = await n8n.api.runWorkflow(
		workflowOf(
			'Starts',
			itemsNode(numbered(count)),
			magnificNode(appRun(posterFromText, poster, { wait: 'none' })),
		),
	);
	await n8n.magnific.control.waitIdle();
	return started.json('Magnific').map(({ run_id }) => String(run_id));
};

it.each(['poll', 'webhook'])(
	'Run → Wait (%s) loses one item of a batch to a run of somebody else, not the batch',
	async (wait) => {
		const ids = await finishedRuns(4);
		const asked = [...ids.slice(0, 2), FOREIGN_RUN_ID, ...ids.slice(2)];
		const execution = await n8n.api.runWorkflow(
			workflowOf(
				`One foreign run, ${wait}`,
				itemsNode(asked.map((run_id) => ({ json: { run_id } }))),
				magnificNode(
					{ resource: 'run', operation: 'wait', runId: '={{ $json.run_id }}', wait },
					{ onError: 'continueErrorOutput' },
				),
			),
			{ timeoutMs: LONG_MS },
		);
		expect(execution.status).toBe('success');
		expect(
			execution.items('Magnific').map(({ json, pairedItem }) => [json['run_id'], pairedItem]),
		).toEqual(ids.map((run_id, i) => [run_id, { item: i < 2 ? i : i + 1 }]));
		expect(
			execution.items('Magnific', 1).map(({ json: { details }, pairedItem }) => ({
				details,
				pairedItem,
			})),
		).toMatchObject([
			{ details: { run_id: FOREIGN_RUN_ID, http_code: 403 }, pairedItem: { item: 2 } },
		]);
	},
	LONG_MS,
);

describe('after the signing secret was rotated, so that signatures are v2,… alone,', () => {
	const FRESH = 'a-fresh-webhook-secret-41c0';

	/** The fresh secret in the credential and at Magnific, whose callbacks the test makes by hand. */
	const rotate = async (): Promise<{ magnificApi: { id: string; name: string } }> => {
		const { control } = n8n.magnific;
		await control.settings({ durations: { [posterFromText.sqid]: 8 } });
		await control.webhooks({
			secrets: [FRESH],
			secretVersion: 2,
			rules: [{ fault: { kind: 'drop' } }],
		});
		const { id, name } = await n8n.api.importCredential({
			...magnificCredential(n8n.magnific, REQUESTS_PER_MINUTE, { webhookSecret: FRESH }),
			name: 'Rotated',
		});
		return { magnificApi: { id, name } };
	};

	/** What an end of each run is answered, told by callbacks that are signed with this secret. */
	const tell = async (secrets: string[], url?: string): Promise<number[]> => {
		const statuses: number[] = [];
		for (const { run_id } of await n8n.magnific.control.runs()) {
			const { status } = await n8n.magnific.control.deliver({
				run_id,
				event: 'finished',
				secrets,
				...(url === undefined ? {} : { url }),
			});
			statuses.push(status);
		}
		return statuses;
	};

	it(
		'a suspended execution is resumed by the callbacks, and by no look',
		async () => {
			const { control } = n8n.magnific;
			const credentials = await rotate();
			const id = await n8n.api.startWorkflow(
				workflowOf(
					'Rotated secret',
					itemsNode(numbered(3)),
					magnificNode(appRun(posterFromText, poster, { wait: 'webhook' }), { credentials }),
				),
			);
			await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
			await control.waitIdle();
			expect(await tell([FRESH])).toEqual([200, 200, 200]);
			const execution = await n8n.api.waitForEnd(id);
			expect(await outcomesOf(n8n.magnific, execution)).toEqual(
				allCompleted(numbered(3).map(({ json }) => json['headline'])),
			);
			expect(await control.requests({ route: 'get_run' })).toEqual([]);
		},
		LONG_MS,
	);

	it(
		'the trigger starts its workflow, and does not for the secret of before',
		async () => {
			const { control } = n8n.magnific;
			const credentials = await rotate();
			const listener = listening('Rotated', '6f1d7f0e-0000-4000-8000-000000000008');
			const { id, url } = await activate(n8n.api, {
				...listener,
				nodes: listener.nodes.map((node) => ({ ...node, credentials })),
			});
			await finishedRuns(1);
			expect(await tell([n8n.magnific.webhookSecret], url)).toEqual([401]);
			expect(await tell([FRESH], url)).toEqual([200]);
			const [execution] = await executionsOf(n8n.api, id, 1);
			const items = (await n8n.api.waitForEnd(String(execution))).json(TRIGGER);
			const [run] = await control.runs();
			expect(items.map(({ run_id, status }) => ({ run_id, status }))).toEqual([
				{ run_id: run?.run_id, status: 'completed' },
			]);
			expect(await n8n.api.countExecutions(id)).toBe(1);
			await n8n.api.deactivate(id);
		},
		LONG_MS,
	);
});

it(
	'an upload whose first PUT breaks, and one that storage refuses, arrive by a fresh address',
	async () => {
		const { control } = n8n.magnific;
		await control.addFault({ route: 'put_upload', times: 1, fault: { kind: 'reset_before' } });
		await control.addFault({
			route: 'put_upload',
			times: 1,
			fault: { kind: 'status', status: 403 },
		});
		await control.settings({ durations: { [productPhotoshoot.sqid]: 1 } });
		const photos = [await picture('#16a085'), await picture('#8e44ad')];
		const execution = await n8n.api.runWorkflow(
			workflowOf(
				'A PUT breaks',
				itemsNode(
					photos.map((content, i) => ({
						json: {},
						files: { photo: { content, fileName: `${String(i)}.png`, mimeType: 'image/png' } },
					})),
				),
				magnificNode(
					appRun(
						productPhotoshoot,
						fields(productPhotoshoot, { 'Product photo': 'photo', Background: 'forest' }),
					),
				),
			),
		);
		expect(execution.json('Magnific').map(({ status }) => status)).toEqual([
			'completed',
			'completed',
		]);
		const puts = await control.requests({ route: 'put_upload' });
		expect(puts).toHaveLength(4);
		expect(new Set(puts.map(({ path }) => path)).size).toBe(4);
		const runs = new Map((await control.runs()).map((run) => [run.run_id, run]));
		const arrived = await Promise.all(
			execution.json('Magnific').map(async ({ run_id }) => {
				const inputs = runs.get(String(run_id))?.inputs;
				const url = inputs?.[inputId(productPhotoshoot, 'Product photo')];
				return Buffer.from(await (await fetch(String(url))).arrayBuffer());
			}),
		);
		expect(arrived.map((content, i) => photos[i]?.equals(content))).toEqual([true, true]);
	},
	LONG_MS,
);

it(
	'credits that are used up at the third of 300 runs end the sending, and the message says to top up and names the two',
	async () => {
		const { control } = n8n.magnific;
		const cost = posterFromText.totalCost ?? 0;
		expect(cost).toBeGreaterThan(0);
		await control.settings({ credits: 2 * cost, durations: { [posterFromText.sqid]: 1 } });
		const execution = await n8n.api.runWorkflow(
			workflowOf('Used up', itemsNode(numbered(300)), magnificNode(appRun(posterFromText, poster))),
		);
		expect(execution.status).toBe('error');
		const told = `${execution.error?.message ?? ''} ${execution.error?.description ?? ''}`;
		expect(told).toContain('no credits left');
		expect(told).toContain('Top up');
		const charged = await control.charges();
		expect(charged).toHaveLength(2);
		for (const { run_id } of charged) expect(told).toContain(run_id);

		const sent = await control.requests({ route: 'run' });
		process.stdout.write(`  ${String(sent.length)} of 300 were on their way at the 402\n`);
		const burst = Math.min(...rateWindows(REQUESTS_PER_MINUTE).map(({ max }) => max));
		expect(sent.length).toBeLessThanOrEqual(burst);
		expect(sent.filter(({ status }) => status === 402)).toHaveLength(sent.length - 2);
	},
	LONG_MS,
);

describe('HTTP Request with this credential', () => {
	let foreign: Origin;

	beforeAll(async () => {
		foreign = await startOrigin(() => ({
			status: 200,
			headers: { 'content-type': 'application/json' },
			body: Buffer.from('{"from":"a foreign host"}'),
		}));
	});

	beforeEach(() => {
		foreign.seen.length = 0;
	});

	afterAll(async () => {
		await foreign.close();
	});

	const request = async (
		url: string,
		{ typeVersion = 4.5, ...parameters }: { typeVersion?: number; [name: string]: unknown } = {},
	) =>
		await n8n.api.runWorkflow(
			workflowOf('HTTP Request', {
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion,
				position: [0, 0],
				parameters: {
					method: 'GET',
					url,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'magnificApi',
					options: {},
					...parameters,
				},
				credentials: { magnificApi: { id: n8n.credential.id, name: n8n.credential.name } },
			}),
		);

	/** Whether any part of what the foreign host got has the key in it. */
	const hasTheKey = (): boolean =>
		foreign.seen.some(({ path, headers, body }) =>
			[path, JSON.stringify(headers), body.toString()].join('\n').includes(n8n.magnific.apiKey),
		);

	it.each(['/v1/ai/apps', '/v1/creations/recent'])(
		'sends the key to the base URL’s origin: %s',
		async (path) => {
			const execution = await request(`${n8n.magnific.url}${path}`);
			expect(execution.error?.message).toBeUndefined();
			expect(execution.json('HTTP Request')[0]).toHaveProperty('data');
			const [only, ...more] = await n8n.magnific.control.requests();
			expect(more).toEqual([]);
			expect(only).toMatchObject({ path, status: 200, key_valid: true });
		},
	);

	it.each(['another port', 'another name'])('sends nothing to a foreign host: %s', async (what) => {
		const url =
			what === 'another name' ? foreign.url.replace('127.0.0.1', 'localhost') : foreign.url;
		const execution = await request(`${url}/v1/ai/apps`);
		expect(execution.status).toBe('error');
		expect(foreign.seen).toEqual([]);
	});

	/** Of every version that n8n 2.41.1 has and that knows this kind of credential. */
	const VERSIONS = [2, 3, 4, 4.1, 4.2, 4.3, 4.4, 4.5];

	it(
		'takes the key along in no redirect, by any version of the node, even where it is told to follow',
		async () => {
			const { control, url } = n8n.magnific;
			const follow = { redirect: { redirect: { followRedirects: true, maxRedirects: 5 } } };
			let redirected = 0;
			for (const typeVersion of VERSIONS) {
				for (const status of [301, 302, 303, 307, 308]) {
					await control.clearFaults();
					await control.addFault({
						route: 'creations',
						fault: { kind: 'redirect', status, location: `${foreign.url}/took-it` },
					});
					await request(`${url}/v1/creations/recent`, {
						typeVersion,
						options: {
							...(typeVersion < 3 ? { followAllRedirects: true, followRedirect: true } : follow),
							...(typeVersion >= 4.4 ? { sendCredentialsOnCrossOriginRedirect: true } : {}),
						},
					});
					redirected += 1;
					expect({ typeVersion, status, hasTheKey: hasTheKey() }).toEqual({
						typeVersion,
						status,
						hasTheKey: false,
					});
				}
			}
			const answered = await control.requests({ route: 'creations' });
			expect(answered.filter(({ has_key, fault }) => has_key && fault === 'redirect')).toHaveLength(
				redirected,
			);
			expect(foreign.seen).toEqual([]);
		},
		2 * LONG_MS,
	);

	it('takes it to no next page elsewhere', async () => {
		const execution = await request(`${n8n.magnific.url}/v1/creations/recent`, {
			options: {
				pagination: {
					pagination: {
						paginationMode: 'responseContainsNextURL',
						nextURL: `={{ $pageCount === 0 ? '${n8n.magnific.url}/v1/creations/recent' : '${foreign.url}/next' }}`,
						paginationCompleteWhen: 'other',
						completeExpression: '={{ false }}',
						limitPagesFetched: true,
						maxRequests: 2,
					},
				},
			},
		});
		expect(await n8n.magnific.control.requests({ route: 'creations' })).toHaveLength(1);
		expect(execution.status).toBe('error');
		expect(foreign.seen).toEqual([]);
	});
});
