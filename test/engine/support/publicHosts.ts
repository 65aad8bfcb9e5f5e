import nock from 'nock';

// From its import on it takes the connections of the whole process, those of other test files too.
nock.restore();

/**
 * Lets `nock` stand in for public hosts while a test of this block runs. Not for local servers of
 * which much is read: whatever goes through it, it takes all of a body at once, and some bodies it
 * breaks off.
 */
export const withPublicHosts = (): void => {
	beforeEach(() => {
		nock.activate();
	});
	afterEach(() => {
		nock.cleanAll();
		nock.restore();
	});
};
