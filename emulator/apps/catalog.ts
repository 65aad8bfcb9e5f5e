import type { App } from './app';
import { brokenPipeline } from './brokenPipeline';
import { fourVariations } from './fourVariations';
import { moodboard } from './moodboard';
import { posterFromText } from './posterFromText';
import { productClip } from './productClip';
import { productPhotoshoot } from './productPhotoshoot';
import { sketchToRealism } from './sketchToRealism';
import { soundToWaveform } from './soundToWaveform';
import { surpriseMe } from './surpriseMe';
import { untitledDraft } from './untitledDraft';
import { videoTitleCard } from './videoTitleCard';

const APPS: App[] = [
	sketchToRealism,
	productPhotoshoot,
	posterFromText,
	productClip,
	fourVariations,
	brokenPipeline,
	surpriseMe,
	videoTitleCard,
	soundToWaveform,
	moodboard,
	untitledDraft,
];

/** The apps that an emulator starts with, by SQID. */
export function catalog(): Map<string, App> {
	return new Map(APPS.map((app) => [app.sqid, app]));
}
