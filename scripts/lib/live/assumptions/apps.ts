import {
	parseAppDefinition,
	parseAppList,
	type AppInput,
} from '../../../../nodes/Magnific/api/types';
import {
	breaks,
	differs,
	enumerate,
	field,
	good,
	holds,
	list,
	shaped,
	unseen,
	type Area,
	type Assumption,
	type Finding,
} from '../assumption';
import type { Exchange } from '../exchange';

const SQID = /^[A-Za-z0-9]{6,20}$/;
const INPUT_ID = /^input-[0-9a-f-]{36}-\d+$/;
const TYPES = ['creation', 'text', 'number', 'select', 'list'];

const data = (answer: { body?: unknown }): unknown => field(answer.body, 'data');

const listed = (exchanges: Exchange[]): unknown[] =>
	good(exchanges, 'list').flatMap(({ answer }) => list(data(answer)));

const search = (exchanges: Exchange[]): Finding => {
	const [one] = good(exchanges, 'list', 'search');
	const all = good(exchanges, 'list', 'list')[0];
	const expected = one?.facts?.searched;
	if (!one || !all || expected === undefined) return unseen('was not asked');
	const found = list(data(one.answer)).length;
	const of = list(data(all.answer)).length;
	const words = `${String(found)} of ${String(of)}, ${String(expected)} have the word`;
	return found === expected ? holds(words) : differs(words);
};

/** Of every input of the definitions that were seen. */
const inputs = (
	id: string,
	says: string,
	only: (input: AppInput) => boolean,
	problem: (input: AppInput) => string | undefined,
	worst: (seen: string) => Finding,
): Assumption => ({
	id,
	says,
	check: (exchanges) => {
		const all = good(exchanges, 'get_app')
			.flatMap(({ answer: { body } }) => definitionInputs(body))
			.filter(only);
		if (all.length === 0) return unseen('no such input came');
		const problems = all.flatMap((input) => problem(input) ?? []);
		return problems.length === 0
			? holds(`all of ${String(all.length)}`)
			: worst(enumerate(problems));
	},
});

const definitionInputs = (body: unknown): AppInput[] => {
	try {
		return parseAppDefinition(body).inputs;
	} catch {
		return [];
	}
};

const cost = (exchanges: Exchange[]): Finding => {
	const published = new Set(listed(exchanges).map((app) => field(app, 'sqid')));
	const seen = good(exchanges, 'get_app')
		.map(({ answer }) => data(answer))
		.filter((app) => published.has(field(app, 'sqid')));
	if (seen.length === 0) return unseen('no definition of a published app came');
	const without = seen.filter(
		(app) => typeof field(app, 'tool_metadata', 'total_cost') !== 'number',
	);
	return without.length === 0
		? holds(`all of ${String(seen.length)}`)
		: differs(`${String(without.length)} of ${String(seen.length)} tell none`);
};

export const APPS: Area = {
	title: 'Apps',
	assumptions: [
		shaped(
			'list.shape',
			'The list of apps is data: [{ sqid, name, tool_metadata? }]',
			(exchanges) => good(exchanges, 'list'),
			({ answer: { body } }) => parseAppList(body),
		),
		{
			id: 'list.ids',
			says: 'An app’s id is a word of 6 to 20 letters and digits',
			check: (exchanges) => {
				const ids = listed(exchanges).map((app) => field(app, 'sqid'));
				if (ids.length === 0) return unseen('no app came');
				const odd = ids.filter((id) => typeof id !== 'string' || !SQID.test(id));
				return odd.length === 0
					? holds(`all of ${String(new Set(ids).size)}`)
					: breaks(`${String(odd.length)} are not, such as ${String(odd[0])}`);
			},
		},
		{ id: 'list.search', says: 'search= finds what has the word in its name', check: search },
		shaped(
			'mine.shape',
			'The list of one’s own apps is data: [{ sqid, name }]',
			(exchanges) => good(exchanges, 'mine'),
			({ answer: { body } }) => parseAppList(body),
		),
		shaped(
			'app.shape',
			'A definition is data: { sqid, name, inputs, tool_metadata }',
			(exchanges) => good(exchanges, 'get_app'),
			({ answer: { body } }) => parseAppDefinition(body),
		),
		inputs(
			'app.input_ids',
			'An input’s id is input-<uuid>-<number>',
			() => true,
			({ id }) => (INPUT_ID.test(id) ? undefined : `one is ${id}`),
			differs,
		),
		inputs(
			'app.types',
			`An input’s type is ${TYPES.join(', ')}`,
			() => true,
			({ type }) => (TYPES.includes(type) ? undefined : `one is ${type}, which is shown as text`),
			differs,
		),
		inputs(
			'app.options',
			'The options of a select can be read',
			({ type }) => type === 'select',
			({ options }) => (options.length > 0 ? undefined : 'one has none that can be read'),
			breaks,
		),
		{ id: 'app.cost', says: 'The definition of a published app tells its cost', check: cost },
	],
};
