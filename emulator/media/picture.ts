import sharp, { type Sharp } from 'sharp';
import { WorkFailed, type Produced } from '../apps/work';
import type { Media } from './sniff';

/**
 * The picture upright, in sRGB and no larger than asked.
 * @throws WorkFailed if it is another kind of media, or broken
 */
export async function openPicture(media: Media, size: number, node: string): Promise<Sharp> {
	if (media.mediaType !== 'image') {
		throw new WorkFailed(`Node '${node}' failed: expected an image, got ${media.contentType}`);
	}
	try {
		const opened = sharp(media.bytes, { failOn: 'error', limitInputPixels: 64_000_000 })
			.rotate()
			.resize(size, size, { fit: 'inside', withoutEnlargement: false })
			.toColourspace('srgb');
		return sharp(await stepOf(opened));
	} catch {
		throw new WorkFailed(`Node '${node}' failed: the image could not be decoded`);
	}
}

/** A step on the way: PNG that costs little to write and to read again. */
export function stepOf(picture: Sharp): Promise<Buffer> {
	return picture.png({ compressionLevel: 1, adaptiveFiltering: false }).toBuffer();
}

export async function sizeOf(picture: Sharp): Promise<{ width: number; height: number }> {
	const { width, height } = await picture.metadata();
	return { width, height };
}

/** A picture made from SVG. */
export function fromSvg(width: number, height: number, content: string): Sharp {
	const size = `width="${String(width)}" height="${String(height)}"`;
	const box = `viewBox="0 0 ${String(width)} ${String(height)}"`;
	return sharp(
		Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box}>${content}</svg>`),
	);
}

export async function asPng(picture: Sharp, tool: string): Promise<Produced> {
	const { data, info } = await picture.png().toBuffer({ resolveWithObject: true });
	return produced('image/png', tool, data, info.width, info.height);
}

/** Photographs: a fifth of the size of a PNG. */
export async function asJpeg(picture: Sharp, tool: string): Promise<Produced> {
	const { data, info } = await picture
		.flatten({ background: '#ffffff' })
		.jpeg({ quality: 86 })
		.toBuffer({ resolveWithObject: true });
	return produced('image/jpeg', tool, data, info.width, info.height);
}

function produced(
	contentType: string,
	tool: string,
	bytes: Buffer,
	width: number,
	height: number,
): Produced {
	return { list: 'images', tool, contentType, bytes, width, height, duration: null };
}
