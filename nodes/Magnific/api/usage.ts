import { unexpectedAnswer } from './errors';
import { firstText, isRecord, numberOrNull, type JsonObject, type JsonRecord } from './guards';
import { unwrap } from './types';

export type Granularity = 'day' | 'week' | 'month' | 'year';

/** Which credits are asked for. Empty lists and dates that are absent narrow nothing down. */
export interface UsageQuery {
	granularity: Granularity;
	/** YYYY-MM-DD; the service's own default (the last seven days) where absent. */
	start_date?: string;
	end_date?: string;
	api_key_ids: string[];
	group_ids: number[];
	project_references: string[];
}

/** The query as it is sent: without what narrows nothing down. */
export const usageBody = (query: UsageQuery): JsonObject =>
	Object.fromEntries(
		Object.entries(query).filter(([, value]) => !Array.isArray(value) || value.length > 0),
	);

/** What a user used of a tool in a period. */
export interface Usage {
	/** The first day of the period, YYYY-MM-DD. */
	date: string;
	tool: string;
	/** Null for what the API books to nobody. */
	user_email: string | null;
	project: string | null;
	group: string | null;
	uses: number;
	credits: number;
}

const records = (value: unknown): JsonRecord[] =>
	(Array.isArray(value) ? value : []).filter(isRecord);

const sum = (usages: Usage[], field: 'uses' | 'credits'): number =>
	usages.reduce((total, usage) => total + usage[field], 0);

const usageOf = (date: string, tool: string, raw: JsonRecord): Usage => ({
	date,
	tool,
	user_email: firstText(raw.user_email) ?? null,
	project: firstText(raw.project_name, raw.project_reference) ?? null,
	group: firstText(raw.group_name) ?? null,
	uses: numberOrNull(raw.user_uses) ?? 0,
	credits: numberOrNull(raw.user_credits) ?? 0,
});

/** Those of the users, and what the tool's total has beyond them: the bill has to add up. */
const usagesOfTool = (date: string, raw: JsonRecord): Usage[] => {
	const tool = firstText(raw.tool) ?? 'unknown';
	const users = records(raw.user_usages).map((user) => usageOf(date, tool, user));
	const rest = {
		...usageOf(date, tool, {}),
		uses: Math.max(0, (numberOrNull(raw.user_uses) ?? 0) - sum(users, 'uses')),
		credits: Math.max(0, (numberOrNull(raw.user_credits) ?? 0) - sum(users, 'credits')),
	};
	return rest.uses > 0 || rest.credits > 0 ? [...users, rest] : users;
};

/** Parses the credit usage of a team, flat. Throws an `ApiError` where there is no list of periods. */
export const parseUsage = (body: unknown): Usage[] => {
	const list = unwrap(body);
	if (!Array.isArray(list)) throw unexpectedAnswer('it has no list of periods');
	return records(list).flatMap((period) => {
		const date = (firstText(period.date) ?? '').slice(0, 'YYYY-MM-DD'.length);
		return records(period.consumptions).flatMap((tool) => usagesOfTool(date, tool));
	});
};
