import { USER_AGENT } from '../../../nodes/Magnific/api/userAgent';
import { readManifest } from '../../../scripts/lib/package/manifest';

it('names the package and its version', async () => {
	const { name, version } = await readManifest();
	expect(USER_AGENT).toBe(`${name}/${version}`);
});
