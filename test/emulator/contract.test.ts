import { startEmulator, type Emulator, type Family } from '../../emulator';
import { violations, type Contract, type Operation } from '../../scripts/lib/api/contract';
import { provoke, type Provoked } from './support/provoke';
import { readmeContract } from '../../scripts/lib/api/readme';
import { vendorContracts } from '../../scripts/lib/api/vendor';
import { APPS } from './support/apps';
import { call, runId, type Answer } from './support/client';
import { dataUri, picture } from './support/media';

const contracts: Contract[] = [readmeContract, ...vendorContracts()];
const families: Family[] = ['apps', 'flows'];
const inFamilies = (all: Contract[]) =>
	all.flatMap((contract) => families.map((family) => [family, contract.name, contract] as const));
const describes = ({ described }: Contract, wanted: Operation): boolean =>
	described.some(([operation]) => operation === wanted);

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: 1_000, requestsPerMinute: 5_000 });
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

const asJson = ({ status, body }: Answer): Provoked => ({
	status,
	body,
	mediaType: 'application/json',
});

function check(contract: Contract, operation: Operation, expected: number, answer: Provoked): void {
	expect(answer.status).toBe(expected);
	expect(violations(contract, operation, answer)).toEqual([]);
}

describe.each(inFamilies(contracts))('%s against %s', (family, _name, contract) => {
	it.each(contract.described)('answers %s with %i as described', async (operation, status) => {
		check(contract, operation, status, await provoke(emulator, operation, status, family));
	});
});

describe.each(contracts.filter((contract) => describes(contract, 'credit_usage')))(
	'the account against $name',
	(contract) => {
		it('puts what is wrong under problem as described, where that is asked for', async () => {
			await emulator.control.settings({ validationErrors: 'problem' });
			for (const operation of ['creations', 'credit_usage'] as const) {
				const answer = await provoke(emulator, operation, 400, 'apps');
				expect(answer.mediaType).toBe('application/problem+json');
				check(contract, operation, 400, answer);
			}
		});
	},
);

const ofRuns = contracts.filter((contract) => describes(contract, 'get_run'));

describe.each(inFamilies(ofRuns))('%s against %s', (family, _name, contract) => {
	const at = (path: string): Promise<Answer> => call(emulator, `/v1/ai/${path}`);

	it('lists with metadata as described, where that is asked for', async () => {
		await emulator.control.settings({ list: 'full' });
		check(contract, 'list', 200, asJson(await at(family)));
		check(contract, 'mine', 200, asJson(await at(`me/${family}`)));
	});

	it('defines every app as described', async () => {
		for (const { sqid } of await emulator.control.apps()) {
			check(contract, 'get_app', 200, asJson(await at(`${family}/${sqid}`)));
		}
	});

	it('tells of runs in each of their states as described', async () => {
		const photo = dataUri(await picture('#777777'), 'image/png');
		const ids = [
			await runId(emulator, APPS.surpriseMe, {}),
			await runId(emulator, APPS.productClip, { still_picture: photo, seconds: 0.5 }),
			await runId(emulator, APPS.fourVariations, { picture: photo }),
			await runId(emulator, APPS.brokenPipeline, {}),
		];
		await emulator.control.setOutcome({ status: 'cancelled' });
		ids.push(await runId(emulator, APPS.surpriseMe, {}));
		for (const id of ids) check(contract, 'get_run', 200, asJson(await at(`${family}/runs/${id}`)));
		await emulator.control.waitIdle();
		for (const id of ids) check(contract, 'get_run', 200, asJson(await at(`${family}/runs/${id}`)));
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
		const answer = { status: 200, mediaType: 'application/json' };
		expect(violations(contract, 'get_run', { ...answer, body: { data: run } })).toEqual([]);
		for (const data of [
			withoutResult,
			{ ...run, status: 'done' },
			{ ...run, more: 1 },
			{ ...run, started_at: 5 },
		]) {
			expect(violations(contract, 'get_run', { ...answer, body: { data } })).not.toEqual([]);
		}
	});
});
