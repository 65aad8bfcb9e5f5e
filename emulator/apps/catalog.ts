import type { App } from './app';
import { productPhotoshoot } from './productPhotoshoot';
import { sketchToRealism } from './sketchToRealism';

/** The apps that an emulator starts with, by SQID. */
export function catalog(): Map<string, App> {
	return new Map([sketchToRealism, productPhotoshoot].map((app) => [app.sqid, app]));
}
