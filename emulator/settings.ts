import { settingsPatch, type SettingsPatch } from './control/specs';
import type { Settings } from './control/types';
import { FOREIGN_APP_ID, FOREIGN_RUN_ID, type EmulatorOptions } from './options';
import { UPLOAD_TYPES } from './uploads';

/**
 * The settings that a session starts with, and goes back to on reset: as the live service is seen
 * to answer, but for what the options ask otherwise.
 *
 * @throws ZodError for settings that there are not
 */
export function initialSettings(options: EmulatorOptions): Settings {
	const live: Settings = {
		timeScale: options.timeScale ?? 1,
		families: options.families ?? ['apps', 'flows'],
		familyRedirect: null,
		flowsInputKeys: 'api_key',
		requestsPerMinute: options.requestsPerMinute ?? 50,
		requestsPerIp: null,
		creationsPerMinute: 300,
		analyticsPerDay: 100,
		rateLimitHeaders: true,
		retryAfter: 'seconds',
		status502Every: 50,
		durations: {},
		jitter: 0,
		plan: 'enterprise',
		credits: 1_000_000,
		forbidden: [FOREIGN_APP_ID, FOREIGN_RUN_ID],
		list: 'bare',
		uploadTypes: [...UPLOAD_TYPES],
		validationErrors: 'bare',
		fileOrigin: null,
		fileHours: 12,
		imageSize: 512,
	};
	return patched(live, options.settings ?? {});
}

/**
 * `durations` are merged app by app; everything else is replaced.
 *
 * @throws ZodError for settings that there are not
 */
export function patched(settings: Settings, patch: SettingsPatch): Settings {
	const checked = settingsPatch.parse(patch);
	const given = Object.fromEntries(
		Object.entries(checked).filter(([, value]) => value !== undefined),
	);
	return {
		...settings,
		...given,
		durations: { ...settings.durations, ...checked.durations },
	};
}
