import { findApps, loadApps } from '../../../nodes/Magnific/api/apps';
import type { MagnificApi } from '../../../nodes/Magnific/api/client';
import type { AppSummary } from '../../../nodes/Magnific/api/types';
import { app, refused, world, type World } from '../support/fixtures';

const summary = (name: string, sqid: string): AppSummary => ({ name, sqid, total_cost: null });

const clientOf = (
	{ api, budget, clock }: World,
	listApps: MagnificApi['listApps'] = async () => await Promise.resolve([]),
) => {
	const getApp: MagnificApi['getApp'] = async (id) => await api.getApp(id);
	return { api: { getApp, listApps }, budget, clock };
};

describe('the search for apps', () => {
	const list = [
		summary('Upscale', 'zzz111'),
		summary('product photo', 'bbb222'),
		summary('Product Photo', 'aaa333'),
		summary('Anime', 'PHOTOx'),
	];

	it('finds by name and by id in any case, sorted by name, also where the server ignores the search', async () => {
		const asked: unknown[] = [];
		const { clock, ...rest } = world();
		const client = clientOf({ clock, ...rest }, async (owner, search) => {
			asked.push([owner, search]);
			return await Promise.resolve(list);
		});
		const found = await clock.run(findApps(client, 'interactive', 'mine', '  PHOTO '));
		expect(found.map(({ sqid }) => sqid)).toEqual(['PHOTOx', 'bbb222', 'aaa333']);
		expect(asked).toEqual([['mine', 'photo']]);
	});

	it('gives all apps where nothing is searched for, and asks again after passing trouble', async () => {
		const here = world();
		let asked = 0;
		const client = clientOf(here, async () => {
			asked += 1;
			return asked === 1 ? await Promise.reject(refused(500)) : list;
		});
		const found = await here.clock.run(findApps(client, 'prepare', 'available'));
		expect(found.map(({ name }) => name)).toEqual([
			'Anime',
			'product photo',
			'Product Photo',
			'Upscale',
		]);
		expect(asked).toBe(2);
	});
});

describe('the definitions of apps', () => {
	it('are asked for once per distinct app, and one that is missing does not hurt the others', async () => {
		const here = world();
		const ids = [app().sqid, 'unknown1', app().sqid, 'unknown1'];
		const loaded = await here.clock.run(loadApps(clientOf(here), ids));
		expect(here.api.calls).toHaveLength(2);
		expect(loaded.get(app().sqid)).toEqual({ value: app() });
		expect(loaded.get('unknown1')).toMatchObject({ error: { kind: 'not_found' } });
	});
});
