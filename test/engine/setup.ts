import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** n8n-core writes its settings into this folder when it is loaded; without it, into the home folder. */
const userFolder = mkdtempSync(join(tmpdir(), 'magnific-engine-'));
process.env['N8N_USER_FOLDER'] = userFolder;
process.env['N8N_ENCRYPTION_KEY'] = 'only-for-these-tests';

afterAll(() => {
	rmSync(userFolder, { recursive: true, force: true });
});
