import { knownAppsIn } from '../../../nodes/Magnific/runs/knownApps';
import { app } from '../support/fixtures';

const raw = { sqid: 'uqzQLDr2Aw', name: 'Poster', inputs: [] };
const poster = app({ name: 'Poster', raw });

describe('what an execution has read of apps', () => {
	it('is recalled in each of its rounds and tries, also after n8n has saved it', async () => {
		const store = {};
		knownAppsIn(store, '1').remember(poster.sqid, poster);
		const again = knownAppsIn(structuredClone(store), '1');
		expect(await again.recall(poster.sqid)).toMatchObject({ sqid: poster.sqid, name: 'Poster' });
		expect(await again.recall('another1')).toBeUndefined();
		expect(store).toHaveProperty('apps');
	});

	it('is asked anew in another execution: prices change', async () => {
		const store = {};
		knownAppsIn(store, '1').remember(poster.sqid, poster);
		expect(await knownAppsIn(store, '2').recall(poster.sqid)).toBeUndefined();
		expect(await knownAppsIn(store, '1').recall(poster.sqid)).toBeUndefined();
	});

	it('is kept for a workflow that was never saved too', async () => {
		const store = {};
		knownAppsIn(store).remember(poster.sqid, poster);
		expect(await knownAppsIn(store, '').recall(poster.sqid)).toBeDefined();
	});

	it.each([
		['nothing', undefined],
		['a text', 'apps'],
		['no definitions', { execution: '1' }],
		['definitions that are none', { execution: '1', definitions: { uqzQLDr2Aw: 7 } }],
		['a definition that is no JSON', { execution: '1', definitions: { uqzQLDr2Aw: '{' } }],
		['a definition that is none', { execution: '1', definitions: { uqzQLDr2Aw: '7' } }],
		['a list of them', { execution: '1', definitions: 'uqzQLDr2Aw' }],
	])('is nothing where n8n gives %s', async (_, apps) => {
		const known = knownAppsIn({ apps }, '1');
		expect(await known.recall('uqzQLDr2Aw')).toBeUndefined();
		known.remember(poster.sqid, poster);
		expect(await known.recall(poster.sqid)).toBeDefined();
	});
});
