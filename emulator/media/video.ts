import { createH264MP4Encoder } from 'h264-mp4-encoder';
import type { Produced } from '../apps/work';

/** An mp4 (H.264) from RGBA frames of equal, even size. */
export async function asMp4(
	frames: AsyncIterable<Buffer>,
	size: { width: number; height: number; frameRate: number },
	tool: string,
): Promise<Produced> {
	const encoder = await createH264MP4Encoder();
	try {
		encoder.width = size.width;
		encoder.height = size.height;
		encoder.frameRate = size.frameRate;
		encoder.speed = 8;
		encoder.quantizationParameter = 28;
		encoder.initialize();
		let count = 0;
		for await (const frame of frames) {
			encoder.addFrameRgba(frame);
			count += 1;
		}
		encoder.finalize();
		return {
			list: 'videos',
			tool,
			contentType: 'video/mp4',
			bytes: Buffer.from(encoder.FS.readFile(encoder.outputFilename)),
			width: size.width,
			height: size.height,
			duration: count / size.frameRate,
		};
	} finally {
		encoder.delete();
	}
}
