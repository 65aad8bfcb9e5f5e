import { runLive } from './lib/live';
import { BadInput, readCommandLine, USAGE } from './lib/live/options';
import { shutDown } from './lib/shutdown';
import { runMain } from './lib/steps';

async function main(): Promise<void> {
	try {
		const line = readCommandLine(process.argv.slice(2), process.env);
		if (line.help) console.log(USAGE);
		else await shutDown(await runLive(line));
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		console.error(error.message);
		await shutDown(2);
	}
}

runMain(main);
