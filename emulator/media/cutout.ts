import sharp, { type Sharp } from 'sharp';
import { stepOf } from './picture';

/** How far (0 to 255, per channel) a pixel may be from the corner's colour and still be background. */
const TOLERANCE = 26;

/**
 * The object of a product photo without its plain background: what is connected to the border and
 * has the colour of the top left corner becomes transparent, as a cut-out tool would do it. A picture
 * that has transparent parts already is only trimmed.
 */
export async function cutOut(picture: Sharp): Promise<Buffer> {
	const { data, info } = await picture
		.clone()
		.ensureAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	const { width, height } = info;
	if (!hasTransparency(data)) clearBackground(data, width, height);
	const cut = await stepOf(sharp(data, { raw: { width, height, channels: 4 } }));
	try {
		return await stepOf(sharp(cut).trim({ threshold: 4 }));
	} catch {
		return stepOf(picture.clone());
	}
}

function hasTransparency(data: Buffer): boolean {
	for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 128) return true;
	return false;
}

function clearBackground(data: Buffer, width: number, height: number): void {
	const [red = 0, green = 0, blue = 0] = data;
	const isNear = (at: number, value: number): boolean =>
		Math.abs((data[at] ?? 0) - value) <= TOLERANCE;
	const isBackground = (pixel: number): boolean =>
		isNear(pixel * 4, red) && isNear(pixel * 4 + 1, green) && isNear(pixel * 4 + 2, blue);
	const open: number[] = [];
	for (let x = 0; x < width; x += 1) open.push(x, (height - 1) * width + x);
	for (let y = 0; y < height; y += 1) open.push(y * width, y * width + width - 1);
	for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
		const isOpaque = data[pixel * 4 + 3] === 255;
		if (!isOpaque || !isBackground(pixel)) continue;
		data[pixel * 4 + 3] = 0;
		const x = pixel % width;
		if (x > 0) open.push(pixel - 1);
		if (x < width - 1) open.push(pixel + 1);
		if (pixel >= width) open.push(pixel - width);
		if (pixel < width * (height - 1)) open.push(pixel + width);
	}
}
