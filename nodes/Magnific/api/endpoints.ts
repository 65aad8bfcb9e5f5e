import type { AppDefinition } from './types';

/** The two names under which the same API is served; a server may know only one of them. */
export type EndpointFamily = 'apps' | 'flows';

export type EndpointFamilySetting = EndpointFamily | 'auto';

export const DEFAULT_BASE_URL = 'https://api.magnific.com';

/** The base URL without trailing slashes; the vendor's where it is empty. */
export const normalizeBaseUrl = (baseUrl: string): string =>
	baseUrl.trim().replace(/\/+$/, '') || DEFAULT_BASE_URL;

export type AppOwner = 'available' | 'mine';

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
	requestUpload: (): string => '/v1/ai/uploads/request-url',
};

/**
 * The `inputs` of a run as the family wants them: Apps documents `id`; Flows wants `api_key`, and
 * has been seen to refuse `id` where a definition has an `api_key`. `inputs` is keyed by `id`.
 */
export const wireInputs = (
	family: EndpointFamily,
	app: AppDefinition,
	inputs: Record<string, unknown>,
): Record<string, unknown> => {
	if (family === 'apps') return inputs;
	const apiKeys = new Map(app.inputs.map(({ id, api_key }) => [id, api_key ?? id]));
	return Object.fromEntries(
		Object.entries(inputs).map(([id, value]) => [apiKeys.get(id) ?? id, value]),
	);
};

/** Asks whether the server knows a family's list: false only where it answers 404. */
export type KnowsFamily = (family: EndpointFamily) => Promise<boolean>;

/**
 * Finds out per base URL which family a server knows and remembers it for the life of the process.
 * The question is asked once, however many calls meet a 404 at the same time; a server that knows
 * neither is asked again next time, since its base URL is probably wrong.
 */
export class FamilyMemory {
	private readonly known = new Map<string, EndpointFamily>();

	private readonly asking = new Map<string, Promise<EndpointFamily | undefined>>();

	/** The family to try first. */
	first(baseUrl: string, setting: EndpointFamilySetting): EndpointFamily {
		return setting === 'auto' ? (this.known.get(baseUrl) ?? 'apps') : setting;
	}

	/**
	 * After a 404 under `tried`: the family to try instead, or undefined where the 404 stands
	 * because the server does know `tried`.
	 */
	async otherThan(
		tried: EndpointFamily,
		baseUrl: string,
		setting: EndpointFamilySetting,
		knows: KnowsFamily,
	): Promise<EndpointFamily | undefined> {
		if (setting !== 'auto') return undefined;
		const known = this.known.get(baseUrl) ?? (await this.ask(baseUrl, knows));
		return known === tried ? undefined : known;
	}

	private async ask(baseUrl: string, knows: KnowsFamily): Promise<EndpointFamily | undefined> {
		const running = this.asking.get(baseUrl);
		if (running) return await running;
		const question = (async () => {
			for (const family of ['apps', 'flows'] as const) {
				if (await knows(family)) {
					this.known.set(baseUrl, family);
					return family;
				}
			}
			return undefined;
		})();
		this.asking.set(baseUrl, question);
		try {
			return await question;
		} finally {
			this.asking.delete(baseUrl);
		}
	}
}

export const familyMemory = new FamilyMemory();
