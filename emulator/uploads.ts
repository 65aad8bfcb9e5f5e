import type { FileStore, StoredFile } from './files';
import { mediaTypeOf } from './media/sniff';
import { isoSeconds } from './runs/run';

export const UPLOAD_TYPES = [
	'image/png',
	'image/jpeg',
	'image/webp',
	'video/mp4',
	'video/webm',
	'video/quicktime',
	'audio/mpeg',
	'audio/wav',
	'audio/mp4',
	'audio/webm',
	'audio/ogg',
] as const;

export const MOST_FILES_A_CALL = 14;

const URL_LIFETIME_S = 120;
const ASSET_URL_LIFETIME_S = 24 * 60 * 60;
const FILE_LIFETIME_S = 7 * ASSET_URL_LIFETIME_S;

export interface UploadTicket {
	file_id: string;
	upload_url: string;
	headers: Record<string, string>;
	/** Seconds. */
	expires_in: number;
	asset_url: string;
	asset_url_expires_in: number;
}

/** An upload as the account's list tells it; times in ISO, spans in seconds. */
export interface UploadedFile {
	file_id: string;
	content_type: string;
	size_bytes: number;
	created_at: string;
	expires_at: string;
	ttl_seconds: number;
	asset_url: string;
	asset_url_expires_in: number;
}

export type UploadRefusal = 'expired' | 'signature';

/** Hands out signed upload URLs and checks what comes back on them. */
export class Uploads {
	constructor(
		private readonly files: FileStore,
		private readonly origin: () => string,
	) {}

	/** @param timeScale by which the upload URL's 120 s go faster */
	ticket(contentType: string, timeScale: number): UploadTicket {
		const file = this.files.add({ origin: 'upload', contentType });
		const expires = String(Date.now() + (URL_LIFETIME_S * 1_000) / timeScale);
		const signature = this.files.sign(this.signedContent(file, expires));
		return {
			file_id: fileIdOf(file),
			upload_url: `${this.origin()}/uploads/${file.id}?expires=${expires}&signature=${signature}`,
			headers: signedHeaders(contentType),
			expires_in: URL_LIFETIME_S,
			...this.asset(file),
		};
	}

	/** The uploads that came, the newest first, each with a URL that was signed just now. */
	list(): UploadedFile[] {
		const now = Date.now();
		return this.files
			.all()
			.reverse()
			.flatMap((file) => {
				if (file.origin !== 'upload' || file.bytes === undefined) return [];
				const expiresAt = file.createdAt + FILE_LIFETIME_S * 1_000;
				return [
					{
						file_id: fileIdOf(file),
						content_type: file.contentType,
						size_bytes: file.bytes.length,
						created_at: isoSeconds(file.createdAt),
						expires_at: isoSeconds(expiresAt),
						ttl_seconds: Math.max(0, Math.round((expiresAt - now) / 1_000)),
						...this.asset(file),
					},
				];
			});
	}

	/** The file that may be filled, or why not. All signed headers must come back as they were given. */
	check(
		id: string,
		query: { expires: string; signature: string },
		headers: Record<string, string | string[] | undefined>,
	): StoredFile | UploadRefusal {
		const file = this.files.get(id);
		if (file === undefined) return 'signature';
		const content = this.signedContent(file, query.expires);
		if (!this.files.isSigned(content, query.signature)) return 'signature';
		const expected = Object.entries(signedHeaders(file.contentType));
		const complete = expected.every(([name, value]) => headers[name.toLowerCase()] === value);
		if (!complete) return 'signature';
		return Number(query.expires) > Date.now() ? file : 'expired';
	}

	private asset(file: StoredFile): { asset_url: string; asset_url_expires_in: number } {
		const expiresAt = Math.floor(Date.now() / 1_000) + ASSET_URL_LIFETIME_S;
		return {
			asset_url: this.files.url(file, expiresAt),
			asset_url_expires_in: ASSET_URL_LIFETIME_S,
		};
	}

	private signedContent(file: StoredFile, expires: string): string {
		return `put ${file.id} ${expires}`;
	}
}

const PREFIXES = { image: 'upl_img_', video: 'upl_vid_', audio: 'upl_aud_' };

function fileIdOf({ number, contentType }: StoredFile): string {
	const prefix = PREFIXES[mediaTypeOf(contentType) ?? 'image'];
	return `${prefix}${number.toString(16).padStart(12, '0')}`;
}

function signedHeaders(contentType: string): Record<string, string> {
	return {
		'Content-Type': contentType,
		'x-goog-content-length-range': '0,1073741824',
	};
}
