import type { AppDefinition } from './types';

/** The two names under which the same API is served; a server may know only one of them. */
export type EndpointFamily = 'apps' | 'flows';

export type EndpointFamilySetting = EndpointFamily | 'auto';

export const DEFAULT_BASE_URL = 'https://api.magnific.com';

/** The base URL without trailing slashes; the vendor's where it is empty. */
export const normalizeBaseUrl = (baseUrl: string): string =>
	baseUrl.trim().replace(/\/+$/, '') || DEFAULT_BASE_URL;

export type AppOwner = 'available' | 'mine';

/** What the account's team has, by what its usage can be narrowed down to. */
export type TeamList = 'api-keys' | 'groups' | 'projects';

const root = (family: EndpointFamily): string => `/v1/ai/${family}`;

export const paths = {
	list: (family: EndpointFamily, owner: AppOwner = 'available'): string =>
		owner === 'mine' ? `/v1/ai/me/${family}` : root(family),
	app: (family: EndpointFamily, appId: string): string =>
		`${root(family)}/${encodeURIComponent(appId)}`,
	startRun: (family: EndpointFamily, appId: string): string =>
		`${root(family)}/${encodeURIComponent(appId)}/run`,
	run: (family: EndpointFamily, runId: string): string =>
		`${root(family)}/runs/${encodeURIComponent(runId)}`,
	uploads: '/v1/ai/uploads',
	requestUpload: '/v1/ai/uploads/request-url',
	creations: '/v1/creations/recent',
	creditUsage: '/v1/analytics/team-credit-usage',
	team: (list: TeamList): string => `/v1/analytics/team-${list}`,
};

/** The two names of an input that the API takes as its key. */
export type KeyKind = 'id' | 'api_key';

/**
 * Apps documents `id`; Flows wants `api_key`, and has been seen to refuse `id` where a definition has an
 * `api_key`.
 */
export const keyKindOf = (family: EndpointFamily): KeyKind =>
	family === 'apps' ? 'id' : 'api_key';

/** The `inputs` of a run as they are sent. `inputs` is keyed by `id`, which an input without `api_key` keeps. */
export const wireInputs = (
	family: EndpointFamily,
	app: AppDefinition,
	inputs: Record<string, unknown>,
	keys: KeyKind = keyKindOf(family),
): Record<string, unknown> => {
	if (keys === 'id') return inputs;
	const apiKeys = new Map(app.inputs.map(({ id, api_key }) => [id, api_key ?? id]));
	return Object.fromEntries(
		Object.entries(inputs).map(([id, value]) => [apiKeys.get(id) ?? id, value]),
	);
};

/** Whether an answer's `Location` leads to the family's paths. */
export const leadsTo = (family: EndpointFamily, location: unknown): boolean =>
	typeof location === 'string' &&
	/\/v1\/ai\/(?:me\/)?(apps|flows)\b/.exec(location)?.[1] === family;
