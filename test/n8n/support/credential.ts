import type { Emulator } from '../../../emulator';

/** Works with a local Magnific, in the form in which n8n stores a credential. */
export const magnificCredential = (
	{ apiKey, url, webhookSecret }: Emulator,
	requestsPerMinute: number,
	changes: Record<string, unknown> = {},
) => ({
	name: 'Magnific API',
	type: 'magnificApi',
	data: {
		apiKey,
		baseUrl: url,
		endpointFamily: 'auto',
		webhookSecret,
		requestsPerMinute,
		...changes,
	},
});
