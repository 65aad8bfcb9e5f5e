import { eventNameOf, readAppIds, readEvents } from '../../../nodes/Magnific/trigger/filters';

describe('the events that a trigger listens for', () => {
	it('are read from their names in the node, the editor and the API', () => {
		const names = ['completed', 'completedWithErrors', 'failed', 'cancelled', 'started'];
		expect(readEvents(names)).toEqual(names);
		expect(readEvents(['Completed With Errors', 'completed_with_errors', 'FAILED'])).toEqual([
			'completedWithErrors',
			'completedWithErrors',
			'failed',
		]);
		expect(readEvents('completed, failed')).toEqual(['completed', 'failed']);
		for (const none of [undefined, null, '', [], ' , ']) expect(readEvents(none)).toEqual([]);
	});

	it.each(['done', ['completed', 'done'], ['constructor'], 7, true, {}, [null], [['failed']]])(
		'are refused where they are %j',
		(value) => {
			expect(() => readEvents(value)).toThrow(/“Events”/);
		},
	);

	it('are none for another word', () => {
		for (const word of ['', 'complete', 'unfailed', '__proto__']) {
			expect(eventNameOf(word)).toBeUndefined();
		}
	});
});

describe('the apps that a trigger listens for', () => {
	it('are a list, or a text with commas', () => {
		expect(readAppIds(['a1', ' b2 ', ''])).toEqual(['a1', 'b2']);
		expect(readAppIds('a1, b2')).toEqual(['a1', 'b2']);
		for (const any of [undefined, null, '', []]) expect(readAppIds(any)).toEqual([]);
	});

	it.each([7, true, {}, [null], ['a1', 7], [undefined]])(
		'are refused where they are %j, rather than be any',
		(value) => {
			expect(() => readAppIds(value)).toThrow(/“App Names or IDs” needs a list/);
		},
	);
});
