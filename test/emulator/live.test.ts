import { spawn } from 'cross-spawn';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOREIGN_APP_ID, startEmulator, type Control, type Emulator } from '../../emulator';
import { runLive, type ExitCode } from '../../scripts/lib/live';
import { cassetteSchema } from '../../scripts/lib/live/exchange';
import { readCommandLine } from '../../scripts/lib/live/options';
import { ROOT } from '../../scripts/lib/paths';
import { freePort } from '../../scripts/lib/services/ports';
import { SPEED } from '../engine/support/fastClock';
import { APPS } from './support/apps';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../engine/support/fastClock'),
);

let emulator: Emulator;
let folder: string;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: SPEED, requestsPerMinute: 5_000 });
});
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'magnific-live-'));
	jest.spyOn(console, 'log').mockImplementation(() => undefined);
	await emulator.control.reset();
	await emulator.control.settings({ imageSize: 64, status502Every: null });
});
afterEach(() => {
	jest.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});
afterAll(() => emulator.close());

interface Ended {
	code: ExitCode;
	said: string;
	page: string;
}

const report = (...path: string[]): string => join(folder, 'report', ...path);

async function live(args: string[], key = emulator.apiKey): Promise<Ended> {
	const said: string[] = [];
	const line = readCommandLine(
		['--key', key, '--base-url', emulator.url, '--report', report(), ...args],
		{},
	);
	const code = await runLive(line, (text) => said.push(text));
	return { code, said: said.join('\n'), page: readFileSync(report('index.html'), 'utf8') };
}

const run = (...more: string[]): string[] => [
	'--app',
	APPS.surpriseMe,
	'--max-credits',
	'2',
	...more,
];

const nobodysAddress = async (): Promise<string> => `http://127.0.0.1:${String(await freePort())}`;

const inFile = (text: string): string => {
	const file = join(folder, 'inputs.json');
	writeFileSync(file, text);
	return file;
};

const charged = async (): Promise<number> => (await emulator.control.charges()).length;

const cassette = (route: string): string =>
	readFileSync(report('cassettes', `${route}.json`), 'utf8');

describe('a look that costs nothing', () => {
	it('finds all as assumed, writes the report and a cassette for each route, and starts no run', async () => {
		const { code, said } = await live([]);
		expect(said).toMatch(/\d+ assumptions hold, 0 differ, 0 break, \d+ were not seen\./);
		expect(code).toBe(0);
		expect(await charged()).toBe(0);
		for (const route of [
			'list',
			'mine',
			'get_app',
			'request_upload',
			'put_upload',
			'file',
			'uploads',
			'creations',
			'credit_usage',
			'team',
			'get_run',
		]) {
			const { origin, exchanges } = cassetteSchema.parse(JSON.parse(cassette(route)));
			expect(origin).toBe('another server');
			expect(exchanges.length).toBeGreaterThan(0);
		}
	});

	it('stays within what a new key may send in a minute', async () => {
		await live([]);
		expect((await emulator.control.requests()).length).toBeLessThan(50);
	});

	it('leaves no key, token, mail or name in what it writes', async () => {
		await live(run());
		const { page } = await live(run());
		const written = [
			page,
			...['list', 'get_app', 'request_upload', 'credit_usage', 'team', 'creations', 'get_run'].map(
				cassette,
			),
		].join('\n');
		for (const secret of [
			emulator.apiKey,
			'owner@example.com',
			'shop@example.com',
			'Nightly batches',
			'Sketch to Realism',
			'Surprise Me',
		]) {
			expect(written).not.toContain(secret);
		}
		expect(written).toMatch(/hmac=0+/);
		expect(written).not.toMatch(/hmac=0*[1-9a-f]/);
		expect(written).not.toMatch(/signature=(?!x)/);
	});
});

describe('a run', () => {
	it('is started once, polled and called back', async () => {
		const address = await nobodysAddress();
		const { code, said } = await live(
			run('--callback-url', address, '--webhook-secret', emulator.webhookSecret),
		);
		expect(said).not.toMatch(/differs|breaks /);
		expect(code).toBe(0);
		expect(await charged()).toBe(1);
		expect(cassette('callback')).toContain('"signature": "right"');
		expect(cassette('callback')).not.toContain(new URL(address).host);
	});

	it('takes its inputs by label, from a file', async () => {
		const file = inFile('{ "Headline": "Open late" }');
		const { said, code } = await live([
			'--app',
			APPS.posterFromText,
			'--max-credits',
			'3',
			'--inputs',
			file,
		]);
		expect(said).toMatch(/0 differ, 0 break/);
		expect(code).toBe(0);
		expect(await charged()).toBe(1);
		expect(cassette('run')).not.toContain('Open late');
	});
});

interface BadCase {
	name: string;
	key?: string;
	args?: () => string[] | Promise<string[]>;
	set?: (control: Control) => Promise<unknown>;
	says: RegExp;
	/** Runs that were started and charged all the same. */
	charges?: number;
}

const BAD: BadCase[] = [
	{ name: 'no key', key: '', says: /no API key: give it by --key or MAGNIFIC_API_KEY/ },
	{ name: 'a wrong key', key: 'wrong', says: /refused the API key.*Check the API key/ },
	{
		name: 'no credits',
		args: () => run(),
		set: (control) => control.settings({ credits: 0 }),
		says: /no credits left.*Top up/,
	},
	{
		name: 'a base URL that is none',
		args: () => ['--base-url', 'magnific'],
		says: /“magnific” is not a web address/,
	},
	{
		name: 'a base URL where nobody is',
		args: async () => ['--base-url', await nobodysAddress()],
		says: /could not be reached: the connection was refused/,
	},
	{
		name: 'a base URL where something else is',
		args: () => ['--base-url', `${emulator.url}/status`],
		says: /does not know what was asked for/,
	},
	{
		name: 'a page in the place of the API',
		set: (control) => control.addFault({ times: -1, fault: { kind: 'html', status: 200 } }),
		says: /answer is not JSON/,
	},
	{
		name: 'an app that fails',
		args: () => ['--app', APPS.brokenPipeline, '--max-credits', '4'],
		says: /The run \w{10} ended with failed: /,
		charges: 1,
	},
	{
		name: 'an app that nobody has',
		args: () => ['--app', 'nOsUcHaPp2', '--max-credits', '4'],
		says: /does not know what was asked for/,
	},
	{
		name: 'an app of somebody else',
		args: () => ['--app', FOREIGN_APP_ID, '--max-credits', '4'],
		says: /does not allow this API key to use what was asked for/,
	},
	{
		name: 'a callback that never comes',
		args: async () => run('--callback-url', await nobodysAddress()),
		set: (control) => control.webhooks({ rules: [{ fault: { kind: 'drop' } }] }),
		says: /No callback told of the run’s end within 60 s/,
		charges: 1,
	},
	{
		name: 'a port that is taken',
		args: () => run('--callback-url', emulator.url),
		says: /Nothing can listen on port \d+ here/,
	},
	{
		name: 'a callback address that the API cannot reach',
		args: () => [
			'--base-url',
			'https://api.example.com',
			...run('--callback-url', 'http://10.0.0.1:4000'),
		],
		says: /cannot call this machine: --callback-url .* can only be reached from near by/,
	},
	{
		name: 'inputs that are not there',
		args: () => run('--inputs', join(folder, 'no.json')),
		says: /there is no file .*no\.json/,
	},
	{
		name: 'inputs that are not JSON',
		args: () => run('--inputs', inFile('Prompt: a car')),
		says: /are not JSON: /,
	},
	{
		name: 'inputs that are no object',
		args: () => run('--inputs', inFile('[]')),
		says: /are no JSON object/,
	},
	{
		name: 'inputs that the app does not have',
		args: () => run('--inputs', inFile('{ "Prompt": "a car" }')),
		says: /Nothing was started, because of the inputs: “Prompt” is not an input of the app/,
	},
	{
		name: 'inputs that are missing',
		args: () => ['--app', APPS.posterFromText, '--max-credits', '9'],
		says: /Nothing was started.*is required, but has no value/,
	},
	{
		name: 'no limit of credits',
		args: () => ['--app', APPS.surpriseMe],
		says: /say by --max-credits how many/,
	},
	{
		name: 'a limit that is no number',
		args: () => ['--app', APPS.surpriseMe, '--max-credits', 'few'],
		says: /say by --max-credits how many/,
	},
	{
		name: 'a limit that is too small',
		args: () => ['--app', APPS.surpriseMe, '--max-credits', '1'],
		says: /Nothing was started: 1 run would cost 2 credits, over the credit limit of 1/,
	},
	{
		name: 'an app whose cost is not known',
		args: () => ['--app', 'nOcOsTaPp1', '--max-credits', '1000'],
		set: (control) => control.addApp({ sqid: 'nOcOsTaPp1', name: 'No cost' }),
		says: /Nothing was started: Magnific does not tell the cost of “No cost”/,
	},
	{
		name: 'a callback without a run',
		args: () => ['--callback-url', 'http://127.0.0.1:1'],
		says: /--callback-url needs --app/,
	},
	{
		name: 'a submission whose answer is lost',
		args: () => run(),
		set: (control) => control.addFault({ route: 'run', fault: { kind: 'reset_after' } }),
		says: /may have been started and charged/,
		charges: 1,
	},
];

it.each(BAD)(
	'ends with a sentence, 2 and a report after $name',
	async ({ key, args, set, says, charges = 0 }) => {
		await set?.(emulator.control);
		const { code, said, page } = await live((await args?.()) ?? [], key);
		expect(said).toMatch(says);
		expect(code).toBe(2);
		expect(page).toContain('class="card trouble"');
		expect(await charged()).toBe(charges);
		expect((await emulator.control.requests({ route: 'run' })).length).toBeLessThanOrEqual(1);
	},
);

it('says that the plan has no API where nothing has ever worked with the key', async () => {
	const other = await startEmulator({ settings: { plan: 'none' } });
	const { code, said } = await live(['--base-url', other.url]);
	await other.close();
	expect(said).toMatch(
		/does not allow this with your plan or role.*check the plan that the key belongs to/,
	);
	expect(code).toBe(2);
});

it('keeps what it has seen where the rest could not be looked at', async () => {
	await live(['--app', APPS.surpriseMe, '--max-credits', '1']);
	expect(existsSync(report('cassettes', 'list.json'))).toBe(true);
	expect(existsSync(report('cassettes', 'run.json'))).toBe(false);
});

it('leaves the report of before where nothing was sent', async () => {
	const before = (await live([])).page;
	const { page, said } = await live([], '');
	expect(page).toBe(before);
	expect(said).toContain('the report of before stays');
});

it('is a command that ends with its code, and says which option it does not know', async () => {
	const script = join(ROOT, 'scripts', 'live.ts');
	const child = spawn(process.execPath, ['--import', 'tsx', script, '--kee', 'x'], { cwd: ROOT });
	let output = '';
	child.stderr.on('data', (chunk: Buffer) => {
		output += chunk.toString();
	});
	await once(child, 'close');
	expect(child.exitCode).toBe(2);
	expect(output).toMatch(/Unknown option '--kee'[\s\S]*npm run live -- --key KEY/);
});
