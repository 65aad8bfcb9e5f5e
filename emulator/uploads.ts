import type { FileStore, StoredFile } from './files';

const URL_LIFETIME_MS = 15 * 60 * 1000;
const ASSET_LIFETIME_MS = 24 * 60 * 60 * 1000;

export interface UploadTicket {
	file_id: string;
	upload_url: string;
	headers: Record<string, string>;
	/** Seconds. */
	expires_in: number;
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

	/** @param timeScale of the asset URL's life; the upload URL's is real time */
	ticket(contentType: string, timeScale: number): UploadTicket {
		const file = this.files.add({
			origin: 'upload',
			contentType,
			lifetimeMs: ASSET_LIFETIME_MS / timeScale,
		});
		const expires = String(Date.now() + URL_LIFETIME_MS);
		const signature = this.files.sign(this.signedContent(file, expires));
		return {
			file_id: file.id,
			upload_url: `${this.origin()}/uploads/${file.id}?expires=${expires}&signature=${signature}`,
			headers: signedHeaders(contentType),
			expires_in: URL_LIFETIME_MS / 1000,
			asset_url: this.files.url(file),
			asset_url_expires_in: ASSET_LIFETIME_MS / 1000,
		};
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

	private signedContent(file: StoredFile, expires: string): string {
		return `put ${file.id} ${expires}`;
	}
}

function signedHeaders(contentType: string): Record<string, string> {
	return {
		'Content-Type': contentType,
		'x-upload-content-length-range': '1,52428800',
	};
}
