import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { ApiError } from '../../../nodes/Magnific/api/errors';
import { editorError, toNodeError } from '../../../nodes/Magnific/batch/stoppingError';
import { callFailed, invalidItem } from '../../../nodes/Magnific/runs/failures';
import { refused } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';

const node = nodeContext().context.getNode();

describe('the error of a workflow that stops', () => {
	it('is n8n’s for an API where the API has given a code, and else for an operation', () => {
		const byApi = toNodeError(node, [callFailed(0, refused(403))], [], 1);
		expect(byApi).toBeInstanceOf(NodeApiError);
		expect(byApi).toMatchObject({ httpCode: '403' });
		expect(toNodeError(node, [invalidItem(0, ['No'])], [], 1)).toBeInstanceOf(NodeOperationError);
	});

	it('has each failure as data, with its item', () => {
		const failures = [invalidItem(0, ['No']), invalidItem(2, ['Neither'])];
		expect(toNodeError(node, failures, [], 3).context['failures']).toEqual([
			expect.objectContaining({ itemIndex: 0, problems: ['No'] }),
			expect.objectContaining({ itemIndex: 2, problems: ['Neither'] }),
		]);
	});
});

describe('the item that n8n writes behind the message', () => {
	it.each([
		['the one that failed', [invalidItem(2, ['No'])], 2],
		['none where several failed', [invalidItem(0, ['No']), invalidItem(2, ['No'])], undefined],
		['none where none failed', [], undefined],
	])('is %s', (_, failures, itemIndex) => {
		const { context } = toNodeError(node, failures, [], 3);
		expect(context['itemIndex']).toBe(itemIndex);
	});
});

describe('an error in the editor', () => {
	it('says what happened and what to do, by the API’s code', () => {
		const error = editorError(node, refused(403));
		expect(error).toMatchObject({
			message: refused(403).message,
			description: refused(403).advice,
			httpCode: '403',
		});
	});

	it('has no code where there was no answer, and keeps its words', () => {
		const given = new ApiError({ kind: 'network', message: 'ECONNRESET it was', advice: 'Again.' });
		const error = editorError(node, given);
		expect([error.message, error.description, error.httpCode]).toEqual([
			'ECONNRESET it was',
			'Again.',
			null,
		]);
	});
});
