import sharp from 'sharp';
import { tune } from '../../../emulator/media/audio';
import { asMp4 } from '../../../emulator/media/video';

export interface Sample {
	mimeType: string;
	bytes: Buffer;
}

const SIDE = 32;
const GREY = Buffer.alloc(SIDE * SIDE * 4, 0x80);

/** A tiny file of each kind that apps take: under 10 kB each. */
export async function sampleFiles(): Promise<Sample[]> {
	const size = { width: SIDE, height: SIDE };
	const raw = sharp(GREY, { raw: { ...size, channels: 4 } });
	const video = await asMp4(frames(), { ...size, frameRate: 2 }, '');
	return [
		{ mimeType: 'image/png', bytes: await raw.png().toBuffer() },
		{ mimeType: video.contentType, bytes: video.bytes },
		{ mimeType: 'audio/wav', bytes: tune(1, 0.2, '').bytes },
	];
}

async function* frames(): AsyncGenerator<Buffer> {
	yield* await Promise.resolve([GREY, GREY]);
}
