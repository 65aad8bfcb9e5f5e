import { startEmulator, type Emulator, type Family, type RouteName } from '../../emulator';
import { violations, type Contract } from './contract/contract';
import { readmeContract } from './contract/readme';
import { vendorContract } from './contract/vendor';
import { APPS } from './support/apps';
import { call, runId, startRun, type Answer } from './support/client';
import { dataUri, picture } from './support/media';

const vendor = vendorContract();
const contracts: Contract[] = vendor === undefined ? [readmeContract] : [readmeContract, vendor];
const families: Family[] = ['apps', 'flows'];
const cases = contracts.flatMap((contract) =>
	families.map((family) => [family, contract.name, contract] as const),
);

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: 1_000, requestsPerMinute: 5_000 });
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

describe.each(cases)('%s against %s', (family, _name, contract) => {
	const at = (path: string): Promise<Answer> => call(emulator, `/v1/ai/${path}`);

	function check(route: RouteName, expected: number, { status, body }: Answer): void {
		expect(status).toBe(expected);
		expect(violations(contract, route, status, body)).toEqual([]);
	}

	it('lists as described', async () => {
		check('list', 200, await at(family));
		check('mine', 200, await at(`me/${family}`));
	});

	it('defines every app as described', async () => {
		for (const { sqid } of await emulator.control.apps()) {
			check('get_app', 200, await at(`${family}/${sqid}`));
		}
	});

	it('starts runs and tells of them in each of their states as described', async () => {
		const photo = dataUri(await picture('#777777'), 'image/png');
		const ids = [
			await runId(emulator, APPS.surpriseMe, {}),
			await runId(emulator, APPS.productClip, { still_picture: photo, seconds: 0.5 }),
			await runId(emulator, APPS.fourVariations, { picture: photo }),
			await runId(emulator, APPS.brokenPipeline, {}),
		];
		await emulator.control.setOutcome({ status: 'cancelled' });
		ids.push(await runId(emulator, APPS.surpriseMe, {}));
		for (const id of ids) check('get_run', 200, await at(`${family}/runs/${id}`));
		await emulator.control.waitIdle();
		for (const id of ids) check('get_run', 200, await at(`${family}/runs/${id}`));
		check('run', 202, await startRun(emulator, APPS.surpriseMe, {}, { family }));
	});

	it('refuses as described', async () => {
		check('run', 422, await startRun(emulator, APPS.surpriseMe, { no: 1 }, { family }));
		check('get_run', 404, await at(`${family}/runs/nOsUcHrUn1`));
		check('get_app', 404, await at(`${family}/nOsUcHaPp1`));
		check('list', 401, await call(emulator, `/v1/ai/${family}`, { key: null }));
		await emulator.control.settings({ plan: 'none' });
		check('get_run', 403, await at(`${family}/runs/nOsUcHrUn1`));
	});

	it('would notice a field that is missing, of another type or not described', () => {
		const withoutResult = {
			run_id: 'a',
			status: 'running',
			app_id: 'b',
			started_at: '2026-01-01T00:00:00+00:00',
			completed_at: null,
			error_message: null,
		};
		const run = { ...withoutResult, result: null };
		expect(violations(contract, 'get_run', 200, { data: run })).toEqual([]);
		for (const data of [
			withoutResult,
			{ ...run, status: 'done' },
			{ ...run, more: 1 },
			{ ...run, started_at: 5 },
		]) {
			expect(violations(contract, 'get_run', 200, { data })).not.toEqual([]);
		}
	});
});
