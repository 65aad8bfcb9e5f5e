import type { EmulatorOptions } from './options';
import type { Settings } from './control/types';
import type { SettingsPatch } from './control/specs';

/** The settings that a session starts with, and goes back to on reset. */
export function initialSettings(options: EmulatorOptions): Settings {
	return {
		timeScale: options.timeScale ?? 1,
		families: options.families ?? ['apps', 'flows'],
		requestsPerMinute: options.requestsPerMinute ?? 50,
		durations: {},
		jitter: 0,
		plan: 'enterprise',
		list: 'full',
		uploadTypes: ['image/png', 'image/jpeg', 'image/webp'],
		validationErrors: 'bare',
		fileOrigin: null,
		imageSize: 512,
	};
}

/** `durations` are merged app by app; everything else is replaced. */
export function patched(settings: Settings, patch: SettingsPatch): Settings {
	const given = Object.fromEntries(
		Object.entries(patch).filter(([, value]) => value !== undefined),
	);
	return {
		...settings,
		...given,
		durations: { ...settings.durations, ...patch.durations },
	};
}
