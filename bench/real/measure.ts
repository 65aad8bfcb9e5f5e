import { startEmulator } from '../../emulator';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import type { Report } from '../../scripts/lib/progress';
import { startN8n, type N8nServer } from '../../scripts/lib/n8n/server';
import { REAL_STRATEGIES, type Target } from './workflows';
import type { WorkflowJson } from '../../scripts/lib/n8n/workflow';

const N = 25;
const DURATION_S = 10;
const TIMEOUT_MS = 20 * 60_000;
/** At 50, polling 25 runs takes one request more than the first minute has, for the app's definition. */
const REQUESTS_PER_MINUTE = 100;

/** What one strategy took on the real n8n against the local Magnific. */
export interface RealRow {
	strategy: string;
	n: number;
	duration: string;
	makespan_s: number;
	requests: number;
	requests_per_run: number;
	http_429: number;
}

/** A local Magnific of its own for each, so that no strategy meets what another has left of the budget. */
const measureOne = async (
	n8n: N8nServer,
	strategy: string,
	workflowFor: (count: number, target: Target) => WorkflowJson,
): Promise<RealRow> => {
	const emulator = await startEmulator({
		timeScale: 1,
		requestsPerMinute: REQUESTS_PER_MINUTE,
	});
	try {
		await emulator.control.settings({
			durations: { [surpriseMe.sqid]: DURATION_S },
			jitter: 0,
			imageSize: 64,
		});
		await n8n.api.importCredential({
			name: 'Magnific API',
			type: 'magnificApi',
			data: {
				apiKey: emulator.apiKey,
				baseUrl: emulator.url,
				endpointFamily: 'apps',
				webhookSecret: emulator.webhookSecret,
				requestsPerMinute: REQUESTS_PER_MINUTE,
			},
		});
		const execution = await n8n.api.runWorkflow(workflowFor(N, emulator), {
			timeoutMs: TIMEOUT_MS,
		});
		const completed = (await emulator.control.runs()).filter(
			({ status }) => status === 'completed',
		);
		if (execution.status !== 'success' || completed.length !== N) {
			throw new Error(
				`${strategy} ended with ${execution.status} and ${String(completed.length)} runs: ${String(execution.error?.message)}`,
			);
		}
		const sent = (await emulator.control.requests()).filter(({ route }) => route !== 'file');
		const tookMs = Date.parse(execution.stoppedAt ?? '') - Date.parse(execution.startedAt ?? '');
		return {
			strategy,
			n: N,
			duration: `${String(DURATION_S)}s`,
			makespan_s: Math.round(tookMs / 100) / 10,
			requests: sent.length,
			requests_per_run: sent.length / N,
			http_429: sent.filter(({ status }) => status === 429).length,
		};
	} finally {
		await emulator.close();
	}
};

/** Carries 25 runs of 10 s on a real n8n, in real time, with a plan of 100 requests a minute, by each strategy. */
export const measureReal = async (tarball: string, report: Report): Promise<RealRow[]> => {
	const n8n = await startN8n({ tarball });
	try {
		const rows: RealRow[] = [];
		for (const [strategy, workflowFor] of Object.entries(REAL_STRATEGIES)) {
			report(`${strategy}, ${String(N)} runs of ${String(DURATION_S)} s on the real n8n`);
			rows.push(await measureOne(n8n, strategy, workflowFor));
		}
		return rows;
	} finally {
		await n8n.close();
	}
};
