import type { IExecuteFunctions } from 'n8n-workflow';

/** Writes lines to n8n's log and, where somebody executes the node by hand, to the editor's console. */
export const tellIn =
	(context: IExecuteFunctions) =>
	(line: string): void => {
		context.logger.info(line);
		context.sendMessageToUI(line);
	};
