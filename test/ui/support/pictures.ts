import sharp from 'sharp';

const MUG = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="300">
	<rect width="320" height="300" fill="#f4efe6"/>
	<path d="M205 110 h30 a38 38 0 0 1 0 90 h-30" fill="none" stroke="#a33b2a" stroke-width="20"/>
	<rect x="80" y="80" width="135" height="160" rx="22" fill="#c4502f"/>
	<rect x="80" y="80" width="135" height="34" rx="17" fill="#7d2b1c"/>
</svg>`;

/** A picture of a red mug, as PNG. */
export async function mug(): Promise<Buffer> {
	return await sharp(Buffer.from(MUG)).png().toBuffer();
}
