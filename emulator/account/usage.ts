import { z } from 'zod';
import type { ChargeRecord } from '../control/types';
import type { InvalidParam } from '../validate';
import { KEYS, MEMBERS, PROJECTS } from './team';

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_DAYS = 7;

const date = z
	.string()
	.regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date as in 2026-05-01')
	.refine((text) => !Number.isNaN(Date.parse(text)), 'must be a date that there is')
	.transform((text) => Date.parse(text));

const usageBody = z.object({
	granularity: z.enum(['day', 'week', 'month', 'year']).default('day'),
	start_date: date.optional(),
	end_date: date.optional(),
	group_ids: z.array(z.number().int().min(1)).optional(),
	project_references: z.array(z.string().uuid()).optional(),
	api_key_ids: z.array(z.string()).optional(),
});

type UsageBody = z.output<typeof usageBody>;
export type UsageRequest = Omit<UsageBody, 'start_date' | 'end_date'> & {
	/** Epoch ms of the first day, and of the day after the last. */
	from: number;
	until: number;
};

/**
 * What a body asks for: without dates the last seven days, today with them.
 *
 * @param mostDays what the plan lets a range be
 */
export function parseUsageRequest(
	body: unknown,
	now: number,
	mostDays: number,
): { request: UsageRequest } | { invalid: InvalidParam[] } {
	const parsed = usageBody.safeParse(body);
	if (!parsed.success) {
		return {
			invalid: parsed.error.issues.map(({ path, message }) => ({
				name: path.join('.') || 'body',
				reason: message,
			})),
		};
	}
	const { start_date: start, end_date: end, ...filters } = parsed.data;
	const last = end ?? startOf('day', now);
	const from = start ?? last - DEFAULT_DAYS * DAY_MS;
	if (from > last) {
		return { invalid: [{ name: 'start_date', reason: 'start_date must not be after end_date.' }] };
	}
	if (last - from > mostDays * DAY_MS) {
		const reason = `A range may have ${String(mostDays)} days with this plan.`;
		return { invalid: [{ name: 'start_date', reason }] };
	}
	return { request: { ...filters, from, until: last + DAY_MS } };
}

interface Use {
	/** Epoch ms. */
	at: number;
	tool: string;
	credits: number;
	key: (typeof KEYS)[number];
	member: (typeof MEMBERS)[number];
	project: (typeof PROJECTS)[number] | undefined;
}

/** What the team used besides: a shop's pictures, yesterday and five weeks ago. */
function usesOfOthers(now: number): Use[] {
	return [1, 35].map((days) => ({
		at: now - days * DAY_MS,
		tool: 'AI Image Models',
		credits: 120,
		key: KEYS[1],
		member: MEMBERS[1],
		project: days === 1 ? PROJECTS[1] : undefined,
	}));
}

interface UserUsage {
	user_email: string;
	user_uses: number;
	user_credits: number;
	project_reference?: string;
	project_name?: string;
	group_name?: string;
}

interface Consumption {
	tool: string;
	user_uses: number;
	user_credits: number;
	user_usages: UserUsage[];
}

/** The credits that were used, by period, tool and user; periods in which nothing was are left out. */
export function usageOf(
	charges: readonly ChargeRecord[],
	request: UsageRequest,
	now: number,
): { date: string; consumptions: Consumption[] }[] {
	const own = charges.map(
		({ at, app_name, credits }): Use => ({
			at,
			tool: app_name,
			credits,
			key: KEYS[0],
			member: MEMBERS[0],
			project: PROJECTS[0],
		}),
	);
	const uses = [...usesOfOthers(now), ...own].filter((use) => isAskedFor(use, request));
	const periods = grouped(uses, ({ at }) => String(startOf(request.granularity, at)));
	return [...periods]
		.sort(([a], [b]) => Number(a) - Number(b))
		.map(([start, inPeriod]) => ({
			date: `${new Date(Number(start)).toISOString().slice(0, 19)}+00:00`,
			consumptions: [...grouped(inPeriod, ({ tool }) => tool)].map(([tool, ofTool]) => ({
				tool,
				...sums(ofTool),
				user_usages: [...grouped(ofTool, ({ member }) => member.email).values()].map(userUsage),
			})),
		}));
}

function isAskedFor({ at, key, member, project }: Use, request: UsageRequest): boolean {
	const { group_ids: groups, project_references: projects, api_key_ids: keys } = request;
	return (
		at >= request.from &&
		at < request.until &&
		isAmong(member.group?.group_id, groups) &&
		isAmong(project?.project_reference, projects) &&
		isAmong(key.api_key_id, keys)
	);
}

/** An empty filter is none. */
function isAmong<T>(value: T | undefined, wanted: readonly T[] | undefined): boolean {
	if (wanted === undefined || wanted.length === 0) return true;
	return value !== undefined && wanted.includes(value);
}

function userUsage(uses: Use[]): UserUsage {
	const { member, project } = uses[0] ?? { member: MEMBERS[0], project: undefined };
	return {
		user_email: member.email,
		...sums(uses),
		...(project === undefined
			? {}
			: { project_reference: project.project_reference, project_name: project.name }),
		...(member.group === undefined ? {} : { group_name: member.group.name }),
	};
}

function sums(uses: Use[]): { user_uses: number; user_credits: number } {
	return {
		user_uses: uses.length,
		user_credits: uses.reduce((sum, { credits }) => sum + credits, 0),
	};
}

function grouped<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
	return groups;
}

/** Epoch ms of the start (in UTC) of the period that a time is in; weeks start on Monday. */
function startOf(granularity: UsageBody['granularity'], ms: number): number {
	const day = new Date(ms);
	day.setUTCHours(0, 0, 0, 0);
	if (granularity === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
	if (granularity === 'month' || granularity === 'year') day.setUTCDate(1);
	if (granularity === 'year') day.setUTCMonth(0);
	return day.getTime();
}
