import { spawn } from 'cross-spawn';
import { once } from 'node:events';
import { join } from 'node:path';
import { controlClient, LOCAL_API_KEY, LOCAL_WEBHOOK_SECRET } from '../../emulator';

const ROOT = join(__dirname, '..', '..');

function start(...options: string[]): {
	ended: Promise<number | null>;
	output: () => string;
	interrupt: () => void;
} {
	const script = join(ROOT, 'scripts', 'emulator.ts');
	const child = spawn(process.execPath, ['--import', 'tsx', script, ...options], { cwd: ROOT });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			output += chunk.toString();
		});
	}
	return {
		ended: once(child, 'close').then(() => child.exitCode),
		output: () => output,
		interrupt: () => child.kill('SIGINT'),
	};
}

it('prints where it is, its key, secret and apps, does as told and ends on Ctrl-C', async () => {
	const cli = start('--port', '0', '--time-scale', '7', '--families', 'flows');
	while (!cli.output().includes('Ctrl-C')) await new Promise((resolve) => setTimeout(resolve, 50));
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(cli.output())?.[0] ?? '';
	expect(cli.output()).toContain(LOCAL_API_KEY);
	expect(cli.output()).toContain(LOCAL_WEBHOOK_SECRET);
	expect(cli.output()).toMatch(/uqzQLDr2Aw +Sketch to Realism +5 credits/);
	expect(cli.output()).toMatch(/dRaFt0aB1C +Untitled draft +cost unknown, draft/);
	expect(await controlClient(url).settings({})).toMatchObject({
		timeScale: 7,
		families: ['flows'],
	});
	cli.interrupt();
	expect(await cli.ended).toBe(0);
	await expect(fetch(url)).rejects.toThrow();
}, 20_000);

it('says which option it did not understand', async () => {
	const cli = start('--families', 'spaces');
	expect(await cli.ended).toBe(1);
	expect(cli.output()).toBe('--families takes apps, flows or both.\n');
}, 20_000);
