import {
	answered,
	breaks,
	differs,
	enumerate,
	field,
	good,
	holds,
	list,
	shaped,
	unseen,
	type Answered,
	type Area,
	type Assumption,
	type Finding,
} from '../assumption';
import type { Exchange, ExchangeRoute } from '../exchange';

/** Short words of letters and digits, `abc123` in the documentation. */
const CREATION_ID = /^[A-Za-z0-9]{6,20}$/;

const creations = (exchanges: Exchange[]): unknown[] =>
	good(exchanges, 'creations').flatMap(({ answer }) => list(field(answer.body, 'data')));

const ids = (exchanges: Exchange[]): Finding => {
	const seen = creations(exchanges).map((one) => field(one, 'creation', 'identifier'));
	if (seen.length === 0) return unseen('no creation came');
	const odd = seen.filter((id) => typeof id !== 'string' || !CREATION_ID.test(id));
	return odd.length === 0
		? holds(`all of ${String(seen.length)}`)
		: breaks(`${String(odd.length)} of ${String(seen.length)} are not, such as ${String(odd[0])}`);
};

const paging = (exchanges: Exchange[]): Finding => {
	const seen = good(exchanges, 'creations');
	if (seen.length === 0) return unseen('no list came');
	const wrong = seen.flatMap(({ request, answer }) => {
		const asked = Number(/per_page=(\d+)/.exec(request.path)?.[1]);
		const count = list(field(answer.body, 'data')).length;
		const told = field(answer.body, 'meta', 'pagination', 'per_page');
		return count <= asked && told === asked
			? []
			: [`${String(count)} came for ${String(asked)}, per_page is ${String(told)}`];
	});
	return wrong.length === 0
		? holds(`in ${String(seen.length)} answers`)
		: differs(enumerate(wrong));
};

/** Analytics are part of some plans only: a 403 is as it should be, and tells nothing. */
const analytics = (id: string, says: string, route: ExchangeRoute): Assumption => {
	const shape = shaped(id, says, (exchanges): Answered[] => good(exchanges, route));
	return {
		...shape,
		check: async (exchanges) => {
			const all = answered(exchanges, route);
			const statuses = new Set(all.map(({ answer }) => answer.status));
			if (statuses.size === 1 && statuses.has(403)) return unseen('403: not part of this plan');
			const odd = [...statuses].filter((status) => ![200, 403].includes(status) && status < 500);
			return odd.length > 0 ? differs(enumerate(odd)) : await shape.check(exchanges);
		},
	};
};

export const ACCOUNT: Area = {
	title: 'Creations and analytics',
	assumptions: [
		shaped(
			'creations.shape',
			'Recent creations are data: [{ name, creation: { identifier, url, … } }]',
			(exchanges) => good(exchanges, 'creations'),
		),
		{
			id: 'creations.ids',
			says: 'creation.identifier is what an input of the type creation takes',
			check: ids,
		},
		{
			id: 'creations.paging',
			says: 'per_page holds, and is told in meta.pagination',
			check: paging,
		},
		analytics(
			'usage.shape',
			'Usage is data: [{ date, consumptions: [{ tool, user_credits, … }] }]',
			'credit_usage',
		),
		analytics('team.shape', 'The four lists of a team are data: [{ … }]', 'team'),
	],
};
