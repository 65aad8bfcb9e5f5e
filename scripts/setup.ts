import { provideN8n } from './lib/n8n-runtime';
import { showProgress } from './lib/progress';

async function main(): Promise<void> {
	const n8n = await showProgress('n8n', async (report) => await provideN8n(report));
	console.log(`n8n ${n8n.version} on Node ${n8n.node.version} is ready in ${n8n.folder}`);
}

void main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
