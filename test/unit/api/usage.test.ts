import { parseTeam } from '../../../nodes/Magnific/api/team';
import { parseUploadedFiles } from '../../../nodes/Magnific/api/uploadedFiles';
import { parseUsage } from '../../../nodes/Magnific/api/usage';

describe('the usage of a team', () => {
	it('comes flat, and adds up to the totals: what no user is named for is nobody’s', () => {
		const usage = parseUsage({
			data: [
				{
					date: '2026-01-01 00:00:00+00:00',
					consumptions: [
						{
							tool: 'AI Image Models',
							user_uses: 45,
							user_credits: 1800,
							user_usages: [
								{
									user_email: 'a@example.com',
									user_uses: 30,
									user_credits: '1200',
									project_reference: 'p-1',
									project_name: 'Campaign',
									group_name: 'Design',
								},
								{
									user_email: 'b@example.com',
									user_uses: 15,
									user_credits: 500,
									project_reference: 'p-2',
								},
							],
						},
						{ tool: 'Asset Download', user_uses: 10, user_credits: 900 },
					],
				},
			],
		});
		const nobody = { user_email: null, project: null, group: null };
		const image = { date: '2026-01-01', tool: 'AI Image Models' };
		expect(usage).toEqual([
			{
				...image,
				user_email: 'a@example.com',
				project: 'Campaign',
				group: 'Design',
				uses: 30,
				credits: 1200,
			},
			{
				...image,
				user_email: 'b@example.com',
				project: 'p-2',
				group: null,
				uses: 15,
				credits: 500,
			},
			{ ...image, ...nobody, uses: 0, credits: 100 },
			{ date: '2026-01-01', tool: 'Asset Download', ...nobody, uses: 10, credits: 900 },
		]);
	});

	it('may be nothing', () => {
		expect(parseUsage({ data: [] })).toEqual([]);
		expect(parseUsage([{ date: '2026-01-01', consumptions: [] }])).toEqual([]);
	});
});

it('the lists of a team are read by whichever id they have, and leave out what has none', () => {
	expect(
		parseTeam({
			data: [
				{ api_key_id: 'k', display_name: ' Shop ', status: 'inactive' },
				{ group_id: 10, name: 'Design' },
				{ project_reference: 'p' },
				{ name: 'nothing' },
			],
		}),
	).toEqual([
		{ id: 'k', name: 'Shop', isActive: false },
		{ id: '10', name: 'Design', isActive: true },
		{ id: 'p', name: 'p', isActive: true },
	]);
});

it('uploaded files without an address are left out', () => {
	expect(
		parseUploadedFiles({
			files: [
				{ file_id: 'gone' },
				{ file_id: 'f', asset_url: 'https://x.example/f', size_bytes: 5, asset_url_expires_in: 60 },
			],
		}),
	).toEqual([
		{
			file_id: 'f',
			url: 'https://x.example/f',
			content_type: null,
			bytes: 5,
			created_at: null,
			file_expires_at: null,
			urlExpiresIn: 60,
		},
	]);
});

it.each([
	['usage', parseUsage],
	['team', parseTeam],
	['files', parseUploadedFiles],
])('an answer without a list is not as documented (%s)', (_, parse) => {
	for (const body of [{}, { data: {} }, null, 'x']) {
		expect(() => parse(body)).toThrow('not as documented');
	}
});
