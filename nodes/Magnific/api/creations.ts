import type { Budget } from './budget';
import type { MagnificApi } from './client';
import { unexpectedAnswer } from './errors';
import { firstText, isJsonObject, isRecord, numberOrNull, type JsonObject } from './guards';
import { withRetries, type Pacing } from './retry';
import { readId, readTime, unwrap } from './types';

/** What was made lately by the user that a key belongs to. */
export interface Creation {
	/** What an input for a file takes; null for a file that no creation belongs to. */
	creation_id: string | null;
	name: string | null;
	/** `image`, `video`, `audio` … */
	family: string | null;
	tool: string | null;
	status: string | null;
	/** For a limited time. */
	url: string | null;
	preview: string | null;
	/** ISO 8601. */
	created_at: string | null;
}

export interface ListedCreation {
	creation: Creation;
	/** Tells it from others when a list moves on between two pages. */
	key: string;
	/** The API calls the tool by two names. */
	tools: string[];
	/** As the API gave it. */
	raw: JsonObject;
}

export interface CreationPage {
	creations: ListedCreation[];
	/** Of the entries, also of those that are none. */
	count: number;
	/** What the server put on a page, and where its list ends, where it tells. */
	perPage: number | null;
	lastPage: number | null;
}

export interface CreationQuery {
	page: number;
	perPage: number;
	/** Empty: any. */
	tool: string;
}

const readCreation = (raw: JsonObject): ListedCreation => {
	const own = isRecord(raw.creation) ? raw.creation : {};
	const thumbnail = isRecord(raw.thumbnail) ? raw.thumbnail : {};
	const tools = [own.tool, raw.tool_name].filter((tool) => typeof tool === 'string');
	const creation = {
		creation_id: readId(own.identifier) ?? null,
		name: firstText(raw.name) ?? null,
		family: firstText(own.family) ?? null,
		tool: tools[0] ?? null,
		status: firstText(own.status) ?? null,
		url: firstText(own.url) ?? null,
		preview: firstText(own.preview, own.large_preview, thumbnail.url) ?? null,
		created_at: readTime(raw.created_at) ?? readTime(own.created_at),
	};
	const key = readId(raw.reference, raw.id, own.identifier) ?? JSON.stringify(raw);
	return { creation, key, tools, raw };
};

/** Parses a page of recent creations. Throws an `ApiError` where there is no list. */
export const parseCreations = (body: unknown): CreationPage => {
	const list = unwrap(body);
	if (!Array.isArray(list)) throw unexpectedAnswer('it has no list of creations');
	const meta = isRecord(body) && isRecord(body.meta) ? body.meta : {};
	const pagination = isRecord(meta.pagination) ? meta.pagination : {};
	return {
		creations: list.filter(isJsonObject).map(readCreation),
		count: list.length,
		perPage: numberOrNull(pagination.per_page),
		lastPage: numberOrNull(pagination.last_page),
	};
};

/** What is looked for. */
export interface WantedCreations {
	/** Empty: of any. */
	tool: string;
	/** ms since the epoch, both included; -Infinity and Infinity for none. */
	from: number;
	until: number;
	/** How many at most. */
	limit: number;
}

/** What it takes to ask for creations, which have a budget of their own. */
export interface CreationSeams extends Pick<Pacing, 'clock' | 'signal'> {
	api: Pick<MagnificApi, 'listCreations'>;
	quotas: { creations: Budget };
}

const MOST_PER_PAGE = 100;

const isOfTool = ({ tools }: ListedCreation, wanted: string): boolean =>
	wanted === '' || tools.some((tool) => tool.toLowerCase() === wanted.toLowerCase());

/** When it was made, ms since the epoch; NaN where the API does not tell. */
const madeAt = ({ creation: { created_at } }: ListedCreation): number =>
	Date.parse(created_at ?? '');

/** One that tells no time is in no span. */
const isInSpan = (creation: ListedCreation, { from, until }: WantedCreations): boolean => {
	if (from === -Infinity && until === Infinity) return true;
	const at = madeAt(creation);
	return at >= from && at <= until;
};

/** Whether nothing can follow a page: the list is over, or older from here on than what is wanted. */
const isLast = (
	{ creations, count, perPage, lastPage }: CreationPage,
	{ page, perPage: asked }: CreationQuery,
	{ from }: WantedCreations,
): boolean => {
	if (count === 0 || (lastPage !== null && page >= lastPage)) return true;
	// A server may put fewer on a page than it was asked for, and says so then.
	if (lastPage === null && count < (perPage ?? asked)) return true;
	const oldest = creations.at(-1);
	return oldest !== undefined && madeAt(oldest) < from;
};

/**
 * The recent creations, newest first, each once: page after page as far as they are wanted. Throws
 * an `ApiError`.
 */
export const findCreations = async (
	{ api, quotas, clock, signal }: CreationSeams,
	kind: 'prepare' | 'interactive',
	wanted: WantedCreations,
): Promise<ListedCreation[]> => {
	const { tool, limit } = wanted;
	const hasSpan = wanted.from !== -Infinity || wanted.until !== Infinity;
	const perPage = hasSpan ? MOST_PER_PAGE : Math.min(MOST_PER_PAGE, limit);
	const seen = new Set<string>();
	const found: ListedCreation[] = [];
	for (let page = 1; found.length < limit; page++) {
		const query = { page, perPage, tool };
		const pacing = { budget: quotas.creations, clock, signal };
		const answer = await withRetries(kind, pacing, () => api.listCreations(query));
		const fresh = answer.creations.filter(({ key }) => !seen.has(key));
		for (const { key } of fresh) seen.add(key);
		found.push(
			...fresh.filter((creation) => isOfTool(creation, tool) && isInSpan(creation, wanted)),
		);
		// A page of nothing new: the server gives the same whatever page it is asked for.
		if (fresh.length === 0 || isLast(answer, query, wanted)) break;
	}
	return found.slice(0, limit);
};
