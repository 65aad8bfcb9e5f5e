import { provideN8n } from './lib/n8n/runtime';
import { showProgress } from './lib/progress';
import { runMain } from './lib/steps';

/** Installs the n8n of demo and tests, which `npm run demo` and `npm test` also do by themselves. */
async function main(): Promise<void> {
	const n8n = await showProgress('n8n', async (report) => await provideN8n(report));
	console.log(`n8n ${n8n.version} on Node ${n8n.node.version} is ready in ${n8n.folder}`);
}

runMain(main);
