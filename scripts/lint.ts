import { lintCheckout } from './lib/package/lint';
import { packPackage } from './lib/package/pack';
import { checkPackage } from './lib/package/checks';
import { CheckFailed, runMain, runStep } from './lib/steps';

/** The linters over the checkout, then n8n's scanner and this project's own checks on the package. */
async function main(): Promise<void> {
	await runStep('lint', async () => {
		const found = await lintCheckout();
		if (found) throw new CheckFailed(found);
	});
	await runStep('package', async () => {
		const found = await checkPackage(await packPackage());
		if (found.length > 0) throw new CheckFailed(found.join('\n'));
	});
}

runMain(main);
