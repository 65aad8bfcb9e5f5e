import { posterFromText } from '../../emulator/apps/posterFromText';
import { localMagnific } from './support/localMagnific';
import { appRun, fields } from './support/parameters';
import { startWaitingN8n } from './support/waitingN8n';

// On the real clock: what n8n takes to park an execution counts, in which callbacks are refused.
const local = localMagnific({ requestsPerMinute: 300, timeScale: 1 });

describe('a suspended batch of 150 runs of a second, of whose start no callback tells,', () => {
	const LATE_MS = 2_500;
	/** Of the looks at runs whose callbacks came before the park: 50 requests go within 5 s. */
	const LOOKS_MS = 15_000;

	it('goes on with the last callback, and the looks at what was refused before the park', async () => {
		const n8n = await startWaitingN8n();
		try {
			await local.control.settings({
				durations: { [posterFromText.sqid]: 1 },
			});
			await local.control.setOutcome({
				status: 'completed',
				times: -1,
				extra: { started_at: null },
			});
			// The park waits for it, and the others are over by then.
			await local.control.addFault({
				route: 'run',
				skip: 20,
				fault: { kind: 'delay', ms: LATE_MS },
			});
			const { json: outputs } = await n8n.run({
				parameters: appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), {
					wait: 'webhook',
				}),
				items: Array.from({ length: 150 }, () => ({ json: {} })),
				credential: local.credential,
			});
			const over = Date.now();
			expect(outputs.map(({ status }) => status)).toEqual(Array(150).fill('completed'));
			expect(await local.control.charges()).toHaveLength(150);
			const deliveries = await local.control.deliveries();
			const refused = deliveries.filter(
				({ event, status }) => event === 'finished' && status !== 200,
			);
			expect(refused.length).toBeGreaterThan(10);
			const last = Math.max(...deliveries.map(({ at }) => at));
			expect(over - last).toBeLessThan(LOOKS_MS);
		} finally {
			await n8n.close();
		}
	});
});
