import { parkKeyOf } from '../../../nodes/Magnific/suspended/parkKey';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { executingNode, type NodeStore } from '../support/waitingContext';

/** n8n saves what it keeps as JSON. */
const asSaved = (store: NodeStore): NodeStore => {
	const saved: unknown = JSON.parse(JSON.stringify(store));
	return isRecord(saved) ? saved : {};
};

describe('the key of a park', () => {
	it('is the same in every try of the node', () => {
		const store: NodeStore = {};
		const key = parkKeyOf(executingNode(store));
		expect(Object.keys(key).sort()).toEqual(['id', 'secret']);
		expect(parkKeyOf(executingNode(store))).toEqual(key);
		expect(parkKeyOf(executingNode(asSaved(store)))).toEqual(key);
	});

	it('is another one in each pass of a loop, and in n8n’s retry of the execution', () => {
		const store: NodeStore = {};
		const keys = [
			parkKeyOf(executingNode(store, { executionId: '12' })),
			parkKeyOf(executingNode(store, { executionId: '12', runIndex: 1 })),
			parkKeyOf(executingNode(store, { executionId: '13', runIndex: 1 })),
		];
		expect(new Set(keys.map(({ id }) => id)).size).toBe(3);
		expect(new Set(keys.map(({ secret }) => secret)).size).toBe(3);
	});

	it('is the one that was saved with the execution', () => {
		const store = { parkKey: { id: 'some id', secret: 'hush', of: '12:3' } };
		const node = executingNode(store, { executionId: '12', runIndex: 3 });
		expect(parkKeyOf(node)).toEqual({ id: 'some id', secret: 'hush' });
	});

	it.each([
		'12:0',
		null,
		{ id: 'some id', of: '12:0' },
		{ secret: 'hush', of: '12:0' },
		{ id: 7, secret: 'hush', of: '12:0' },
		{ id: 'some id', secret: 7, of: '12:0' },
		{ id: 'some id', secret: 'hush' },
	])('is made anew where what is saved is none: %j', (parkKey) => {
		const store: NodeStore = { parkKey };
		const key = parkKeyOf(executingNode(store, { executionId: '12' }));
		expect(key.id).toMatch(/^[0-9a-f-]{36}$/);
		expect(key.secret.length).toBeGreaterThan(40);
		expect(parkKeyOf(executingNode(store, { executionId: '12' }))).toEqual(key);
	});
});
