import { join } from 'node:path';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { startEmulator, type Emulator } from '../../emulator';
import { installCommunityNode } from '../../scripts/lib/n8n/process';
import { startN8n, type N8nServer } from '../../scripts/lib/n8n/server';
import { packedTarball } from '../../scripts/lib/package/pack';
import { ROOT } from '../../scripts/lib/paths';
import { appRun, fields } from '../engine/support/parameters';
import { magnificCredential } from './support/credential';
import { allCompleted, outcomesOf } from './support/outcomes';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

/** The packages of the versions from which a user may update, as they were packed. */
const RELEASED = ['n8n-nodes-magnific-0.1.0.tar.gz'];

const LONG_MS = 600_000;
const HEADLINES = ['Poster 0', 'Poster 1', 'Poster 2'];

let magnific: Emulator;
let n8n: N8nServer;

beforeEach(async () => {
	magnific = await startEmulator({ timeScale: 1, requestsPerMinute: 600 });
}, LONG_MS);

afterEach(async () => {
	await n8n.close();
	await magnific.close();
}, LONG_MS);

it.each(RELEASED)(
	'what %s suspended is completed by this version, with a signing secret and without',
	async (released) => {
		const { api } = (n8n = await startN8n({
			tarball: join(ROOT, 'test', 'n8n', 'released', released),
		}));
		const { control } = magnific;
		await control.settings({ durations: { [posterFromText.sqid]: 3 } });
		await control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		const inputs = fields(posterFromText, { Headline: '={{ $json.headline }}' });
		const ids: string[] = [];
		for (const changes of [{}, { webhookSecret: '' }]) {
			await api.importCredential(magnificCredential(magnific, 600, changes));
			const id = await api.startWorkflow(
				workflowOf(
					'Suspended before the update',
					itemsNode(HEADLINES.map((headline) => ({ json: { headline } }))),
					magnificNode(appRun(posterFromText, inputs, { wait: 'webhook' })),
				),
			);
			await api.waitFor(id, ({ status }) => status === 'waiting');
			ids.push(id);
		}

		await n8n.stop();
		await installCommunityNode(n8n.userFolder, await packedTarball());
		await n8n.start();
		await control.waitIdle();
		const runs = await control.runs();
		for (const { run_id } of runs) await control.deliver({ run_id, event: 'finished' });

		for (const id of ids) {
			const execution = await api.waitForEnd(id);
			expect(execution.status).toBe('success');
			expect(await outcomesOf(magnific, execution)).toEqual(allCompleted(HEADLINES));
		}
		expect(await control.runs()).toHaveLength(ids.length * HEADLINES.length);
	},
	LONG_MS,
);
