import { showHints } from '../../../nodes/Magnific/batch/showHints';
import { nodeContext } from '../support/nodeContext';

describe('sentences above the output', () => {
	it('are shown where n8n can', () => {
		const { context, hints } = nodeContext();
		showHints(context, ['One.', 'Two.']);
		expect(hints).toEqual(['outputPane: One.', 'outputPane: Two.']);
	});

	it('are none where there are none: n8n is not asked', () => {
		const addExecutionHints = jest.fn();
		showHints(nodeContext({ more: { addExecutionHints } }).context, []);
		expect(addExecutionHints).not.toHaveBeenCalled();
	});

	it('do no harm where n8n cannot', () => {
		const { context } = nodeContext();
		Reflect.deleteProperty(context, 'addExecutionHints');
		expect(() => {
			showHints(context, ['One.']);
		}).not.toThrow();
	});
});
