import type { Settings } from '../../api/settings';
import { withMetadata } from '../../callbacks/metadata';
import { unreachable } from '../../callbacks/reachable';
import type { ItemOptions } from '../../batch/options';

/**
 * The URL that Magnific calls about a run that is not waited for, with the metadata in it; `{}`
 * where none is wanted. What is wrong with it comes as a problem, before anything is spent.
 */
export const notifyUrlOf = (
	{ notifyTrigger, metadata }: ItemOptions,
	{ apiKey, baseUrl }: Settings,
	appId: string,
): { webhook?: string } | { problem: string } => {
	if (notifyTrigger === '') return {};
	const reason = unreachable(notifyTrigger, baseUrl);
	if (reason !== undefined) {
		return {
			problem: `“Notify Trigger” ${reason}; choose a Magnific Trigger from the list, or enter a public https URL`,
		};
	}
	const webhook = withMetadata(notifyTrigger, metadata, apiKey, appId);
	return webhook === undefined
		? {
				problem:
					'“Metadata” is too long: with it, the URL that Magnific calls would have over 2,000 characters',
			}
		: { webhook };
};
