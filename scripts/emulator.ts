import { parseArgs } from 'node:util';
import { creditText, startEmulator, type Family } from '../emulator';

const USAGE = `Starts a local Magnific for development.

  npm run emulator -- [--port 4010] [--time-scale 10] [--families apps,flows]

  --port        default 4010; 0 takes a free one
  --time-scale  default 1; with 10, a run of 20 s takes 2 s
  --families    endpoint families to answer: apps, flows or both (default)`;

function families(list: string): Family[] {
	const names = list.split(',').map((name) => name.trim());
	const known = names.filter((name): name is Family => name === 'apps' || name === 'flows');
	if (known.length !== names.length) throw new Error('--families takes apps, flows or both.');
	return known;
}

function atLeast(value: string, lowest: number, option: string): number {
	const number = Number(value);
	if (!Number.isFinite(number) || number < lowest) throw new Error(`${option} is not a number.`);
	return number;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			'time-scale': { type: 'string', default: '1' },
			families: { type: 'string', default: 'apps,flows' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const emulator = await startEmulator({
		port: atLeast(values.port, 0, '--port'),
		timeScale: atLeast(values['time-scale'], 0.01, '--time-scale'),
		families: families(values.families),
		log: (line) => {
			console.log(`${new Date().toLocaleTimeString('en-GB')}  ${line}`);
		},
	});
	const apps = await emulator.control.apps();
	const row = (cells: string[]): string => {
		const [sqid = '', name = '', credits = ''] = cells;
		return `  ${sqid.padEnd(12)}  ${name.padEnd(22)}  ${credits}`;
	};
	console.log(
		[
			'',
			`Local Magnific at ${emulator.url} (open it in a browser to see apps, runs and files)`,
			'',
			`  API key         ${emulator.apiKey}`,
			`  Webhook secret  ${emulator.webhookSecret}`,
			'',
			...apps.map((app) => {
				const cost = creditText(app.total_cost);
				return row([app.sqid, app.name, app.draft ? `${cost}, draft` : cost]);
			}),
			'',
			'Ctrl-C ends it.',
			'',
		].join('\n'),
	);
	const end = (): void => {
		void emulator.close().then(() => {
			console.log('Local Magnific ended.');
		});
	};
	process.once('SIGINT', end);
	process.once('SIGTERM', end);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
