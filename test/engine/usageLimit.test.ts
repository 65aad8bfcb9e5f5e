import { posterFromText } from '../../emulator/apps/posterFromText';
import { localMagnific } from './support/localMagnific';
import { appRun, fields } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

it('Usage → Get says “until tomorrow” once the day’s requests are used up, and tries nothing into it', async () => {
	await local.control.settings({ analyticsPerDay: 1 });
	const settings = { onError: 'continueErrorOutput' } as const;
	const retries = { ...settings, retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
	const usage = { resource: 'usage', operation: 'get' };
	const items = ['01', '02', '03', '04'].map((day) => ({ json: { day } }));
	const { failed } = await local.run(
		{ ...usage, startDate: '={{ "2026-05-" + $json.day }}' },
		{ items, settings: retries },
	);
	expect(failed).toHaveLength(3);
	for (const { json } of failed) {
		expect(json.message).toMatch(/are used up\. Nothing more can be asked until tomorrow/);
	}
	expect(await local.count('credit_usage')).toBe(2);

	const again = await local.run(usage, { settings });
	expect(again.failed).toHaveLength(1);
	expect(await local.count('credit_usage')).toBe(2);
	const { json: made } = await local.run(
		appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' })),
	);
	expect(made).toMatchObject([{ status: 'completed' }]);
});
