import { simulate } from '../../../bench/simulation/simulate';
import { strategyOf } from '../../../bench/simulation/strategies';
jest.setTimeout(600_000);
it('cells', async () => {
	const out: string[] = [];
	for (const [n, d] of [[10,'10s'],[50,'60s'],[51,'10s'],[200,'10s'],[200,'60s'],[200,'300s'],[200,'long-tailed'],[1000,'10s'],[1000,'long-tailed']] as const) {
		const row = await simulate(strategyOf('magnific-suspended'), n, d);
		out.push(JSON.stringify(row));
	}
	require('fs').writeFileSync('/tmp/pf/cells.txt', out.join('\n'));
});
