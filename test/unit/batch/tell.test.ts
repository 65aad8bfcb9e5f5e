import { tellIn } from '../../../nodes/Magnific/batch/tell';
import { nodeContext } from '../support/nodeContext';

it('tells a line in n8n’s log and in the editor', () => {
	const { context, log, told } = nodeContext();
	tellIn(context)('3 of 5');
	expect([log, told]).toEqual([['info: 3 of 5'], ['3 of 5']]);
});
