import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { ApiError } from '../api/errors';
import { isRecord, numberOrNull } from '../api/guards';

export const BYTES_PER_MB = 1_000_000;

/**
 * The largest file that may be downloaded, in bytes; Infinity without a limit. A plain number of
 * the node, the same for all items and wherever the execution goes on. Throws an `ApiError` where
 * it is something else.
 */
export const readMaxFileBytes = (context: IExecuteFunctions | IWebhookFunctions): number => {
	const options: unknown = context.getNode().parameters.options;
	const value = isRecord(options) ? options.maxFileSize : undefined;
	if (value === undefined || value === null || value === '') return Infinity;
	const megabytes = numberOrNull(value);
	if (megabytes === null || megabytes < 0) {
		throw new ApiError({
			kind: 'rejected',
			message: `Max File Size needs a number, but got “${typeof value === 'string' ? value : JSON.stringify(value)}”`,
			advice: 'Correct the option, or set it to 0 for no limit.',
		});
	}
	return megabytes === 0 ? Infinity : megabytes * BYTES_PER_MB;
};
