import { messageOf } from '../../../../nodes/Magnific/api/answers';
import { unexpectedAnswer } from '../../../../nodes/Magnific/api/errors';
import { isRecord } from '../../../../nodes/Magnific/api/guards';
import {
	answered,
	breaks,
	differs,
	enumerate,
	good,
	holds,
	isAnswered,
	isGood,
	operationOf,
	shaped,
	unseen,
	type Answered,
	type Area,
	type Assumption,
	type Finding,
} from '../assumption';
import type { Exchange, ExchangeRoute } from '../exchange';

/** An id that nobody has: a 404 that is no JSON would be taken for a path that is not there. */
const unknownId = (id: string, what: string, route: ExchangeRoute, step: string): Assumption => ({
	id,
	says: `${what} is answered by 404, as JSON`,
	check: (exchanges) => {
		const seen = answered(exchanges, route, step);
		if (seen.length === 0) return unseen('was not asked');
		const wrong = seen.filter(({ answer: { status, body } }) => status !== 404 || !isRecord(body));
		if (wrong.length === 0) return holds('404, JSON');
		const words = wrong.map(
			({ answer: { status, body } }) => `${String(status)}${isRecord(body) ? '' : ', not JSON'}`,
		);
		return breaks(enumerate(words));
	},
});

const RATE_HEADERS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];

const keyed = (exchanges: Exchange[]): Answered[] =>
	exchanges.filter(isAnswered).filter((one) => operationOf(one) !== undefined);

/** A 404 that is no JSON is that of a path which is not there. */
const isRefusal = ({ answer: { status, body } }: Answered): boolean =>
	status >= 400 && status < 500 && (status !== 404 || isRecord(body));

const rateHeaders = (exchanges: Exchange[]): Finding => {
	const seen = keyed(exchanges).filter(isGood);
	if (seen.length === 0) return unseen('no good answer came');
	const problems = seen.flatMap(({ answer: { headers } }) =>
		RATE_HEADERS.flatMap((name) => {
			const value = headers[name];
			if (value === undefined) return [`no ${name}`];
			return /^\d+$/.test(value) ? [] : [`${name} is “${value}”`];
		}),
	);
	return problems.length === 0
		? holds(`on all of ${String(seen.length)} answers`)
		: differs(enumerate(problems));
};

const limitValue = (exchanges: Exchange[]): Finding => {
	const limits = good(exchanges, 'list').flatMap(
		({ answer: { headers } }) => headers['x-ratelimit-limit'] ?? [],
	);
	if (limits.length === 0) return unseen('no answer tells a limit');
	const seen = `limit ${enumerate(limits)}`;
	return limits.every((limit) => Number(limit) >= 50) ? holds(seen) : breaks(seen);
};

export const ACCESS: Area = {
	title: 'Key, families, limits',
	assumptions: [
		{
			id: 'key.refused',
			says: 'A wrong key is answered by 401',
			check: (exchanges) => {
				const [first] = answered(exchanges, 'list', 'wrong key');
				if (!first) return unseen('was not asked');
				const { status } = first.answer;
				return status === 401 ? holds('401') : breaks(String(status));
			},
		},
		{
			id: 'family.both',
			says: 'The same API is there as Apps and as Flows',
			check: (exchanges) => {
				const seen = (['apps', 'flows'] as const).flatMap((family) =>
					answered(exchanges, 'list', `family ${family}`).map((one) => ({ family, ...one })),
				);
				if (seen.length === 0) return unseen('was not asked');
				const words = enumerate(
					seen.map(({ family, answer }) => `${family} ${String(answer.status)}`),
				);
				if (seen.every(isGood)) return holds(words);
				return seen.some(isGood) ? differs(words) : breaks(words);
			},
		},
		unknownId('app.unknown', 'An unknown app', 'get_app', 'unknown app'),
		unknownId('run.unknown', 'An unknown run', 'get_run', 'unknown run'),
		shaped(
			'errors.shape',
			'A refusal is JSON with a message, and the parameters that it is about',
			(exchanges) => keyed(exchanges).filter(isRefusal),
			({ answer: { body } }) => {
				if (messageOf(body) === undefined) throw unexpectedAnswer('a refusal has no message');
			},
		),
		{ id: 'limits.headers', says: 'Answers tell x-ratelimit-*, in numbers', check: rateHeaders },
		{ id: 'limits.value', says: 'A key may send at least 50 requests a minute', check: limitValue },
		{
			id: 'limits.kept',
			says: 'The node’s pacing meets no 429',
			check: (exchanges) => {
				const all = keyed(exchanges);
				if (all.length === 0) return unseen('nothing was answered');
				const refused = all.filter(({ answer: { status } }) => status === 429);
				const sent = `${String(all.length)} requests`;
				return refused.length === 0
					? holds(`none in ${sent}`)
					: differs(
							`${String(refused.length)} in ${sent}: ${enumerate(refused.map(({ route }) => route))}`,
						);
			},
		},
	],
};
