import { isRecord } from '../../../nodes/Magnific/api/guards';
import { settle } from '../../../nodes/Magnific/api/errors';
import type { Operation } from '../api/contract';
import { violationsOf, type Contract, type Violation } from '../api/contract';
import { readmeContract } from '../api/readme';
import type { Exchange, ExchangeRoute } from './exchange';

/**
 * `holds`: as assumed. `differs`: otherwise, and the node gets on with it. `breaks`: otherwise, and the
 * node cannot read it or would do something wrong. `unseen`: nothing came by that could tell.
 */
export const VERDICTS = ['holds', 'differs', 'breaks', 'unseen'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Finding {
	verdict: Verdict;
	/** What was seen, in a few words. */
	seen: string;
}

/** Something that node or emulator takes for granted of the service. */
export interface Assumption {
	/** Stable; reports and tests name it. */
	id: string;
	says: string;
	check: (exchanges: Exchange[]) => Finding | Promise<Finding>;
}

/** Assumptions about one part of the API. */
export interface Area {
	title: string;
	assumptions: Assumption[];
}

export const holds = (seen: string): Finding => ({ verdict: 'holds', seen });
export const differs = (seen: string): Finding => ({ verdict: 'differs', seen });
export const breaks = (seen: string): Finding => ({ verdict: 'breaks', seen });
export const unseen = (seen: string): Finding => ({ verdict: 'unseen', seen });

/** Exchanges that were answered, with the answer at hand. */
export type Answered = Exchange & { answer: NonNullable<Exchange['answer']> };

export const isAnswered = (exchange: Exchange): exchange is Answered => exchange.answer !== null;

export const answered = (exchanges: Exchange[], route: ExchangeRoute, step?: string): Answered[] =>
	exchanges
		.filter((one) => one.route === route && (step === undefined || one.step === step))
		.filter(isAnswered);

export const isGood = ({ answer: { status } }: Answered): boolean => status >= 200 && status < 300;

/** The good answers of a route. */
export const good = (exchanges: Exchange[], route: ExchangeRoute, step?: string): Answered[] =>
	answered(exchanges, route, step).filter(isGood);

export const field = (value: unknown, ...names: string[]): unknown =>
	names.reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), value);

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Each once, in order, as the end of a sentence. */
export const enumerate = (values: Iterable<unknown>): string =>
	[...new Set([...values].map((value) => String(value)))].join(', ');

export const operationOf = ({ route, request }: Exchange): Operation | undefined => {
	switch (route) {
		case 'team': {
			const name = request.path.split('?')[0]?.split('/').at(-1);
			return TEAM.find((one) => one === name);
		}
		case 'put_upload':
		case 'file':
		case 'callback':
		case 'unknown':
			return undefined;
		default:
			return route;
	}
};

const TEAM = ['team-api-keys', 'team-groups', 'team-members', 'team-projects'] as const;

/** What a contract finds wrong with an answer. */
export const violationsIn = (exchange: Answered, contract: Contract): Violation[] => {
	const operation = operationOf(exchange);
	if (operation === undefined) return [];
	const { status, headers, body } = exchange.answer;
	const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
	return violationsOf(contract, operation, { status, body, mediaType });
};

const phrase = ({ message, rule, params }: Violation): string => {
	switch (rule) {
		case 'required':
			return `has no ${String(params.missingProperty)}`;
		case 'additionalProperties':
			return `has ${String(params.additionalProperty)} besides`;
		case 'enum':
			return `is none of ${list(params.allowedValues).join(', ')}`;
		case 'described':
			return message;
		default:
			return message
				.replace(/^must NOT be/, 'is')
				.replace(/^must be/, 'is not')
				.replace(/^must match/, 'does not match');
	}
};

const MOST_SHOWN = 4;

/** Violations as the end of a sentence; the items of a list count as one. */
export const inWords = (violations: Violation[]): string => {
	const lines = violations.map((violation) => {
		const place = violation.path
			.replace(/\/\d+(?=\/|$)/g, '[]')
			.replace(/^\//, '')
			.replaceAll('/', '.');
		return `${place === '' ? 'it' : place} ${phrase(violation)}`;
	});
	const distinct = [...new Set(lines)];
	const more = distinct.length - MOST_SHOWN;
	return `${distinct.slice(0, MOST_SHOWN).join('; ')}${more > 0 ? `; and ${String(more)} more` : ''}`;
};

/** Answers that are to be as this project notes them, and that a parser of the node is to read. */
export const shaped = (
	id: string,
	says: string,
	select: (exchanges: Exchange[]) => Answered[],
	parse: (exchange: Answered) => unknown = () => undefined,
): Assumption => ({
	id,
	says,
	check: async (exchanges) => {
		const chosen = select(exchanges);
		if (chosen.length === 0) return unseen('no such answer came');
		const unread: string[] = [];
		for (const exchange of chosen) {
			const outcome = await settle(async () => await Promise.resolve(parse(exchange)));
			if ('error' in outcome) unread.push(outcome.error.message);
		}
		const wrong = chosen.flatMap((exchange) => violationsIn(exchange, readmeContract));
		const words = inWords(wrong);
		if (unread.length > 0) return breaks([...new Set(unread), words].filter(Boolean).join('; '));
		if (wrong.length > 0) return differs(words);
		return holds(chosen.length === 1 ? 'as noted' : `${String(chosen.length)} answers, as noted`);
	},
});
