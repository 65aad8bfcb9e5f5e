import type { Clock } from './clock';
import type { EndpointFamily, EndpointFamilySetting } from './endpoints';

/** Asks whether the server knows a family's list; throws where its answer tells neither. */
export type KnowsFamily = (family: EndpointFamily) => Promise<boolean>;

/**
 * What an answer says of the family's paths. `unknown_id`: the API said in JSON that it does not know
 * the app or run, so the path may well be there. `no_path`: a plain 404, a 410, or a redirect to the other
 * family.
 */
export type Missing = 'unknown_id' | 'no_path';

/** The vendor may move while n8n runs: what was found out is looked at again after so long. */
const KNOWN_MS = 10 * 60_000;
/** However many calls find no path, the question is asked once in so long. */
const ASKED_LATELY_MS = 5_000;
const MOST_IDS = 1_000;

interface Known {
	family: EndpointFamily;
	/** Milliseconds since the epoch. */
	askedAt: number;
}

const other = (family: EndpointFamily): EndpointFamily => (family === 'apps' ? 'flows' : 'apps');

/**
 * Finds out per base URL which family a server knows, and remembers it. The question is asked once,
 * however many calls miss something at the same time; a server that knows neither is soon asked
 * again, since its base URL is probably wrong.
 */
export class FamilyMemory {
	private readonly known = new Map<string, Known>();

	private readonly asking = new Map<string, Promise<EndpointFamily | undefined>>();

	/** What was found under a family: if it is missed there later, the family has gone. Oldest first. */
	private readonly found = new Set<string>();

	constructor(private readonly clock: Pick<Clock, 'now'>) {}

	/** The family to try first. */
	first(baseUrl: string, setting: EndpointFamilySetting): EndpointFamily {
		return setting === 'auto' ? (this.known.get(baseUrl)?.family ?? 'apps') : setting;
	}

	/** Notes that an app or run was found under a family. */
	worked(family: EndpointFamily, baseUrl: string, id: string): void {
		const entry = `${family} ${baseUrl} ${id}`;
		this.found.delete(entry);
		this.found.add(entry);
		for (const oldest of this.found) {
			if (this.found.size <= MOST_IDS) break;
			this.found.delete(oldest);
		}
	}

	/**
	 * After an answer under `tried` that missed what was asked for: the family to try instead, or
	 * undefined where the answer stands because the server does know `tried`. `id`: of the app or run.
	 * Throws what `knows` throws.
	 */
	async otherThan(
		tried: EndpointFamily,
		baseUrl: string,
		setting: EndpointFamilySetting,
		knows: KnowsFamily,
		missing: Missing = 'unknown_id',
		id = '',
	): Promise<EndpointFamily | undefined> {
		if (setting !== 'auto') return undefined;
		const wasFound = this.found.delete(`${tried} ${baseUrl} ${id}`);
		const known = this.known.get(baseUrl);
		const family =
			known && this.stillHolds(known, tried, wasFound || missing === 'no_path')
				? known.family
				: await this.ask(tried, baseUrl, knows);
		return family === tried ? undefined : family;
	}

	private stillHolds(
		{ family, askedAt }: Known,
		tried: EndpointFamily,
		isDoubtful: boolean,
	): boolean {
		const age = this.clock.now() - askedAt;
		// Another call has found out meanwhile.
		if (family !== tried) return age < KNOWN_MS;
		return age < (isDoubtful ? ASKED_LATELY_MS : KNOWN_MS);
	}

	private async ask(
		tried: EndpointFamily,
		baseUrl: string,
		knows: KnowsFamily,
	): Promise<EndpointFamily | undefined> {
		const running = this.asking.get(baseUrl);
		if (running) return await running;
		const question = (async () => {
			for (const family of [tried, other(tried)]) {
				if (await knows(family)) {
					this.known.set(baseUrl, { family, askedAt: this.clock.now() });
					return family;
				}
			}
			this.known.delete(baseUrl);
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
