import type { IExecuteFunctions } from 'n8n-workflow';
import type { ApiError } from '../../api/errors';
import { callFailed, invalidItem, type Failure } from '../../runs/failures';
import { failed, readItem, type Batch } from '../../batch/runBatch';

const APP_ID = /^[A-Za-z0-9]{6,20}$/;

/** What is wrong with an app id, in words; undefined where it is one. */
export const appIdProblem = (appId: string): string | undefined => {
	if (appId === '') return 'No app is chosen';
	return APP_ID.test(appId)
		? undefined
		: `“${appId}” is not an app id; an id has 6 to 20 letters and digits, like uqzQLDr2Aw; App → Get Many lists those of all apps as sqid`;
};

/** The app id of each item that has a valid one; the other items have failed. */
export const readAppIds = (
	context: IExecuteFunctions,
	batch: Batch,
	itemIndexes: number[],
): Map<number, string> => {
	const appIds = new Map<number, string>();
	for (const itemIndex of itemIndexes) {
		const appId = readItem(batch, itemIndex, () => {
			const value: unknown = context.getNodeParameter('app', itemIndex, '', { extractValue: true });
			return typeof value === 'string' ? value.trim() : '';
		});
		if (appId === undefined) continue;
		const problem = appIdProblem(appId);
		if (problem === undefined) appIds.set(itemIndex, appId);
		else batch.results.set(itemIndex, failed(invalidItem(itemIndex, [problem])));
	}
	return appIds;
};

/** Why an item's app could not be read. */
export const appNotLoaded = (itemIndex: number, appId: string, error: ApiError): Failure => {
	const failure = callFailed(itemIndex, error);
	return {
		...failure,
		...(error.kind === 'not_found'
			? { message: `App ${appId} was not found, or the account of this API key cannot see it` }
			: {}),
		details: { ...failure.details, app_id: appId },
	};
};
