import { MagnificApi } from '../../credentials/MagnificApi.credentials';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { MagnificTrigger } from '../../nodes/Magnific/MagnificTrigger.node';
import { readSnapshot, snapshotVersions } from '../../scripts/lib/contract/snapshots';
import { lostSince, surfaceOf, type Surface } from '../../scripts/lib/contract/surface';
import { readManifest } from '../../scripts/lib/package/manifest';

describe('the contract with people’s workflows', () => {
	let now: Surface;

	beforeAll(async () => {
		now = await surfaceOf({
			credential: new MagnificApi(),
			node: new Magnific(),
			trigger: new MagnificTrigger(),
		});
	});

	it('has kept everything that released versions of the same major version offered', async () => {
		const [major] = (await readManifest()).version.split('.');
		const versions = (await snapshotVersions()).filter((other) => other.split('.')[0] === major);
		expect(versions.length).toBeGreaterThan(0);
		for (const version of versions) {
			expect({ version, lost: lostSince(await readSnapshot(version), now) }).toEqual({
				version,
				lost: [],
			});
		}
	});

	it('covers parameters, option values, the credential and the output', () => {
		expect(now).toMatchObject({
			'node magnific / app:run / wait': 'options, default "poll"',
			'node magnific / app:run / wait = webhook': 'value',
			'node magnific / app:run / options / metadata / values / name': 'string, default ""',
			'node magnific / run:wait / options / onTimeout = output': 'value',
			'node magnificTrigger webhook default': 'POST "magnific"',
			'credential magnificApi / apiKey': 'string, default ""',
			'output run / result / images[] / url': 'string',
			'output run / metadata / sku': 'string',
			'output file / media_type': 'string',
			'output unfinished run / timed_out': 'boolean',
			'output run that was reused / reused': 'boolean',
			'output item whose run failed / details / run_id': 'string',
			'output event of an end / event': 'string',
			'output event with changed metadata / metadata_dropped': 'string',
			'output event without its files / files_missing': 'string',
		});
	});

	it('is broken by what is gone or has become something else, not by what is new', () => {
		const released = { a: 'string, default ""', b: 'value', c: 'number, default 1', d: 'null' };
		expect(lostSince(released, { ...released, d: 'string', e: 'value' })).toEqual([]);
		expect(
			lostSince(released, { a: 'string, default ""', c: 'string, default 1', d: 'null' }),
		).toEqual(['b is gone (it was: value).', 'c was number, default 1, and is string, default 1.']);
	});
});
